export type * from './api.ts';
export { GatewayClient, type GatewayClientOptions } from './client.ts';
export { GatewayRefusal } from './refusal.ts';
