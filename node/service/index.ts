export {
  NodeService,
  type NodeServiceCollaborators,
  type NodeServiceOptions,
  type ServiceEvent,
} from './node-service.ts';
