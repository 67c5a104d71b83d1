// @ts-check
import { element, say } from '../../elements/element.js';
import { count, percent, span, time } from '../../text/format.js';
import { service } from '../api/services.js';
import { age } from '../elements/age.js';
import { plot } from '../elements/plot.js';
import { readings } from '../live/reading.js';
import { Counter, Series, seriesOf } from '../live/series.js';
import { w } from '../text/words.js';

/**
 * @typedef {import('../api/types.js').Service} Service
 * @typedef {import('../api/types.js').ServiceName} ServiceName
 */

/** An error in a hundred answers fills a plot; fewer look like fewer. */
const LEAST_SHARE = 0.01;

/**
 * One service: what it answers, what of it goes wrong, and whether its rows keep what is promised.
 *
 * @param {ServiceName} name
 * @param {AbortSignal} signal
 */
export function serviceRow(name, signal) {
  const counters = {
    total: seriesOf(`${name}.total`, Counter),
    failed: seriesOf(`${name}.failed`, Counter),
    refused: seriesOf(`${name}.refused`, Counter),
    shed: seriesOf(`${name}.shed`, Counter),
  };
  const share = seriesOf(`${name}.share`, Series);
  const [requests, refused, shed] = [cell(), cell(), cell()];
  const errors = element('strong', { class: 'digits service-errors' }, '–');
  const drawing = plot(w('service.errorsOf', { service: w(`service.${name}`) }), percent, LEAST_SHARE);
  const audit = element('div', { class: 'service-audit' });
  const about = element('p', { class: 'quiet small digits' });
  const view = element('li', { class: 'service' });
  const old = age(view);
  view.append(
    element('div', { class: 'service-name' }, element('h3', {}, w(`service.${name}`)), about),
    element(
      'dl',
      { class: 'service-figures' },
      pair(w('service.errors'), errors),
      pair(w('service.requests'), requests),
      pair(w('service.refused'), refused),
      pair(w('service.shed'), shed),
    ),
    drawing.view,
    audit,
    old.view,
  );

  /** @param {Service} now */
  const heard = ({ version, startedAt, now: at, requests: counted, audit: found }) => {
    counters.total.add(counted.total);
    counters.failed.add(counted.serverErrors);
    counters.refused.add(counted.clientErrors);
    counters.shed.add(counted.shed);
    const all = counters.total.rise?.by ?? 0;
    /** @param {Counter} counter */
    const of = (counter) => (counter.rise ? (all === 0 ? 0 : counter.rise.by / all) : null);
    const failed = of(counters.failed);
    if (failed !== null) share.add(failed);
    say(errors, failed === null ? '–' : percent(failed));
    view.classList.toggle('failing', (failed ?? 0) > 0);
    const perMinute = counters.total.perMinute;
    say(requests, perMinute === null ? '–' : count(Math.round(perMinute / 60)));
    say(refused, shareText(of(counters.refused)));
    say(shed, shareText(of(counters.shed)));
    drawing.show(share.points, share.span);
    say(about, w('service.since', { version, span: span((Date.parse(at) - Date.parse(startedAt)) / 1000) }));
    showVerdict(audit, found);
  };
  void readings(
    signal,
    (until) => service(name, until),
    (told) => {
      old.show(told);
      if (told.trouble === null && told.value) heard(told.value);
    },
  );
  return view;
}

/** @param {number | null} share */
function shareText(share) {
  return share === null ? '–' : percent(share);
}

function cell() {
  return element('span', { class: 'digits' }, '–');
}

/**
 * @param {string} name
 * @param {HTMLElement} value
 */
function pair(name, value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}

/**
 * Says it anew only where it is another verdict: the operator may be reading the ids.
 *
 * @param {HTMLElement} view
 * @param {import('../api/types.js').Audit} audit
 */
function showVerdict(view, audit) {
  const told = JSON.stringify(audit);
  if (view.dataset.told === told) return;
  view.dataset.told = told;
  const at = audit.checkedAt === null ? '' : time(new Date(audit.checkedAt));
  switch (audit.verdict) {
    case 'clean':
      view.replaceChildren(element('p', { class: 'state state-good' }, w('audit.clean', { time: at })));
      return;
    case 'unknown':
      view.replaceChildren(element('p', { class: 'state state-quiet' }, w('audit.unknown')));
      return;
    case 'violated':
      view.replaceChildren(
        element('p', { class: 'state state-bad', role: 'alert' }, w('audit.violated', { n: audit.violations.length, time: at })),
        element('ul', { class: 'violations' }, ...audit.violations.map(violation)),
      );
  }
}

/** @param {import('../api/types.js').Violation} violation */
function violation({ check, rule, count: n, examples }) {
  return element(
    'li',
    {},
    element('p', {}, element('strong', {}, check), ` · ${w('audit.rows', { n: count(n) })}`),
    // As `boxoffice audit` has it, in its own language.
    element('p', { class: 'small', lang: 'en' }, rule),
    ...examples.map((example) => element('p', { class: 'ids', lang: 'en' }, example)),
  );
}
