export { EraTower, type EraTowerParts, type Finding, type TowerPlace } from './era-tower.ts';
export { isSignedBy } from './judge-era.ts';
