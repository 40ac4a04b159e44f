import type { AssemblyStack, Resource, Template } from '../../../../../lib/assembly/assembly';
import { standIn } from '../../../../../lib/tools/rehearsal/aws/stand-ins';
import { valuesWithin } from '../../../../../lib/tools/rehearsal/aws/values';

function stack(name: string, resources: Readonly<Record<string, Resource>>, more: Template = {}): AssemblyStack {
  return {
    ...{ name, environment: 'dev', region: 'ap-northeast-2', description: '', terminationProtection: false },
    ...{ dependencies: [], bootstrap: { parameter: '', version: 0 }, paths: new Map() },
    ...{ resources, template: { ...more, Resources: resources } },
  };
}

const EDGE = stack(
  'ErpDevEdge',
  { Targets: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup' } },
  { Outputs: { Targets: { Value: { Ref: 'Targets' }, Export: { Name: 'Edge:Targets' } } } },
);

const CHART = stack('ErpDev', {
  Images: { Type: 'Custom::ReleasedImages' },
  Chart: {
    Type: 'Custom::AWSCDK-EKS-HelmChart',
    Properties: {
      Release: 'erp-microservices',
      Values: {
        'Fn::Join': [
          '',
          ['{"arn":"', { 'Fn::ImportValue': 'Edge:Targets' }, '","host":"', { 'Fn::Sub': 'db.${AWS::Region}' }],
        ],
      },
      Tag: { 'Fn::GetAtt': ['Images', 'notification'] },
    },
  },
});

test('what the emulator has put into a stub is the value of what its resource refers to, wherever that stands', () => {
  const { template } = standIn(CHART, new Set());
  const deployed = { ...CHART, template, resources: template.Resources ?? {} };
  const Value = ['4f5e', 'arn:aws:elasticloadbalancing:…:targetgroup/one/1', 'db.ap-northeast-2', 'abc123'].join('\n');
  const parameters = [
    { Name: '/stand-in/ErpDev/ChartOther/1', Value: 'nothing of it' },
    { Name: '/stand-in/ErpDev/Chart/1', Value },
  ];
  expect(valuesWithin(deployed, [EDGE, deployed], parameters)).toEqual([
    ['ErpDevEdge/Targets/', 'arn:aws:elasticloadbalancing:…:targetgroup/one/1'],
    ['ErpDev/Images/notification', 'abc123'],
  ]);
});
