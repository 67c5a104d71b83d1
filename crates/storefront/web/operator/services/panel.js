// @ts-check
import { element } from '../../elements/element.js';
import { SERVICES } from '../api/services.js';
import { w } from '../text/words.js';
import { serviceRow } from './row.js';

/** @param {AbortSignal} signal */
export function servicesPanel(signal) {
  return element(
    'section',
    { class: 'card panel', 'aria-labelledby': 'services' },
    element('h2', { id: 'services' }, w('service.title')),
    element('ul', { class: 'services' }, ...SERVICES.map((name) => serviceRow(name, signal))),
  );
}
