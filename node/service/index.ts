export {
  NodeService,
  type NodeServiceOptions,
  type ServiceEvent,
} from './node-service.ts';
