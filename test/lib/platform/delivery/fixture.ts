import type { DeliveryConfig } from '../../../../lib/config/environment';

export const delivery: DeliveryConfig = {
  connectionArn: 'arn:aws:codeconnections:ap-northeast-2:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef',
  servicesRepository: 'example/erp-services',
  platformRepository: 'example/erp-platform',
  branch: 'main',
  approval: false,
};
