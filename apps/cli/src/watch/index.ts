export { isSignedBy } from '../signed-by.ts';
export { EraTower, type EraTowerParts, type Finding, type TowerPlace } from './era-tower.ts';
