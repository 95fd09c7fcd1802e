export { type CgroupPlace, enterOwnCgroup, removeCgroup } from './cgroup.ts';
export { type CpuMeter, type CpuMeterOptions, type CpuSource, openCpuMeter } from './cpu-time.ts';
export { type DeviceKeys, deviceKeysOf, openKeyFile } from './keys.ts';
export type { Log } from './log.ts';
export { type Provider, type ProviderOptions, type ProviderStats, startProvider } from './provider.ts';
export { METER_REFUSALS, MeterRefusal, type MeterRefusalCode, type RefusalClass } from './refusal.ts';
export type { Sleep } from './sender.ts';
export type { Execute } from './task-runner.ts';
export type { ProviderTransport } from './transport.ts';
