import htm from 'htm';
import { h, type VNode } from 'preact';

/** Preact elements from a tagged template: no build step turns JSX into calls. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
