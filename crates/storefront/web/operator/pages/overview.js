// @ts-check
import { element, say } from '../../elements/element.js';
import { EVERY_MS } from '../live/reading.js';
import { freeze, isFrozen } from '../live/watched.js';
import { boards } from '../queue/boards.js';
import { salesPanel } from '../sales/panel.js';
import { servicesPanel } from '../services/panel.js';
import { w } from '../text/words.js';

/**
 * How everything stands.
 *
 * @param {import('../app.js').At} at
 * @returns {import('../../navigation.js').Page}
 */
export function overviewPage({ signal }) {
  return {
    title: w('overview.title'),
    body: [
      pulse(),
      boards(signal),
      element('div', { class: 'panels' }, salesPanel(signal), servicesPanel(signal)),
    ],
  };
}

/** Says that the figures move, and lets them stand still. */
function pulse() {
  const words = element('span', {});
  const line = element('p', { class: 'connection' }, words);
  const button = element('button', { type: 'button', class: 'link' });
  const show = () => {
    line.className = `connection ${isFrozen() ? 'connection-polling' : 'connection-live'}`;
    say(words, isFrozen() ? w('overview.frozen') : w('overview.live', { n: EVERY_MS / 1000 }));
    say(button, isFrozen() ? w('overview.goOn') : w('overview.freeze'));
  };
  button.addEventListener('click', () => {
    freeze(!isFrozen());
    show();
  });
  show();
  return element('div', { class: 'status-line pulse' }, line, button);
}
