export { type GatewayConfig, readConfig } from './config.ts';
export { type Gateway, startGateway } from './gateway.ts';
export type { EraPosting, PosterPlugin, ShapeEra } from './poster-plugin.ts';
