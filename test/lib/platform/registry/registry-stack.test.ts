import { resources, synth } from '../../synth';

const repositories = Object.values(resources(synth().template('ErpRegistry'), 'AWS::ECR::Repository'));

test('there is a repository per service', () => {
  expect(repositories.map(({ Properties }) => Properties.RepositoryName).sort()).toEqual([
    'erp/approval-processing-service',
    'erp/approval-request-service',
    'erp/notification-service',
  ]);
});

test.each(repositories.map((repository) => [repository.Properties.RepositoryName, repository] as const))(
  '%s scans images, encrypts them, keeps them, and lets only latest move',
  (_, { Properties, DeletionPolicy }) => {
    expect(Properties).toMatchObject({
      ImageScanningConfiguration: { ScanOnPush: true },
      EncryptionConfiguration: { EncryptionType: 'KMS' },
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
      ],
    });
    expect(JSON.parse(Properties.LifecyclePolicy.LifecyclePolicyText).rules).toHaveLength(2);
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  },
);
