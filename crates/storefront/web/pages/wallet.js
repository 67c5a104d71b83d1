// @ts-check
import { statement, wallet } from '../api/wallets.js';
import { topUpForm } from '../elements/amount-form.js';
import { element, say } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { more } from '../elements/more.js';
import { moment, won } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function walletPage({ signal, session }) {
  const balance = element('p', { class: 'balance digits' });
  const lines = element('div', { class: 'stack' });
  const showLines = () => {
    lines.replaceChildren(loading(signal, async () => [await statementTable(session, signal)]));
  };
  const content = loading(signal, async () => {
    const purse = await wallet(session, signal);
    say(balance, won(purse.balance));
    showLines();
    const done = (/** @type {number} */ now) => {
      say(balance, won(now));
      showLines();
    };
    return [
      element(
        'div',
        { class: 'columns' },
        element(
          'section',
          { class: 'card stack', 'aria-labelledby': 'balance' },
          element('h2', { id: 'balance' }, t('wallet.balance')),
          balance,
          topUpForm({ session, signal, done }),
        ),
        element(
          'section',
          { class: 'card stack', 'aria-labelledby': 'statement' },
          element('h2', { id: 'statement' }, t('wallet.statement')),
          lines,
        ),
      ),
    ];
  });
  return { title: t('wallet.title'), body: [content] };
}

/**
 * @param {import('../session/session.js').Session} session
 * @param {AbortSignal} signal
 */
async function statementTable(session, signal) {
  /** @param {string | null} cursor */
  const load = async (cursor) => {
    const page = await statement(session, cursor, signal);
    return { items: page.entries, next: page.nextCursor };
  };
  const first = await load(null);
  if (first.items.length === 0) return element('p', { class: 'quiet' }, t('wallet.empty'));
  const list = element('ul', { class: 'lines' });
  return more({ list, first, signal, load, show: line });
}

/** @param {import('../api/types.js').WalletEntry} entry */
function line({ type, amount, balanceAfter, createdAt }) {
  const sign = amount > 0 ? '+' : '';
  return element(
    'li',
    { class: 'line' },
    element('span', { class: 'line-what' }, t(`wallet.${type}`)),
    element('span', { class: `line-amount digits ${amount > 0 ? 'line-in' : ''}` }, `${sign}${won(amount)}`),
    element('time', { class: 'quiet small', datetime: createdAt }, moment(createdAt)),
    element('span', { class: 'quiet small digits line-after' }, t('wallet.after', { balance: won(balanceAfter) })),
  );
}
