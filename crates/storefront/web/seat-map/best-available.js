// @ts-check
import { element } from '../elements/element.js';
import { won } from '../text/format.js';
import { t } from '../text/language.js';

/** The most that one fan may have unless the installation says otherwise; it tells when it does. */
const MOST = 4;

/**
 * For whom finding two seats together among ten thousand is the server's work.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {(wish: { quantity: number, section?: string }) => Promise<void>} hold
 */
export function bestAvailable(map, hold) {
  const quantity = element(
    'select',
    { id: 'best-quantity', class: 'field' },
    ...Array.from({ length: MOST }, (_, index) =>
      element('option', { value: index + 1, selected: index === 1 }, t('best.seats', { n: index + 1 })),
    ),
  );
  const section = element(
    'select',
    { id: 'best-section', class: 'field' },
    element('option', { value: '' }, t('best.anywhere')),
    ...map.sections.map(({ name, price }) => element('option', { value: name }, `${name} · ${won(price)}`)),
  );
  const button = element('button', { type: 'submit', class: 'button' }, t('best.hold'));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    button.disabled = true;
    const wish = { quantity: Number(quantity.value) };
    await hold(section.value ? { ...wish, section: section.value } : wish);
    button.disabled = false;
  };
  return element(
    'form',
    { class: 'best', onsubmit: submit },
    element('h2', { class: 'best-title' }, t('best.title')),
    element('label', { for: 'best-quantity', class: 'unseen' }, t('best.quantity')),
    quantity,
    element('label', { for: 'best-section', class: 'unseen' }, t('best.section')),
    section,
    button,
  );
}
