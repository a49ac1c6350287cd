import type { WatchedContainer } from '../watched-container.ts';

export const WEB: WatchedContainer = {
  id: 'w1',
  name: 'web_1',
  appId: 1,
  serviceId: 11,
  serviceName: 'web',
  level: 'all',
};
export const DB: WatchedContainer = {
  id: 'd1',
  name: 'db_1',
  appId: 1,
  serviceId: 12,
  serviceName: 'db',
  level: 'all',
};
