/** The plain page that stands in the place of what is not served. It loads nothing but the signed style sheet. */

import type { Reason } from './guard.ts';

interface Words {
  readonly title: string;
  readonly happened: string;
  readonly holds: string;
  readonly todo: string;
}

const ENGLISH: Readonly<Record<Reason, Words>> = {
  'not-signed': {
    title: 'This page was stopped',
    happened: 'The server sent a program that the institutions have not signed, so your browser did not run it.',
    holds: 'Your keys were not touched. Nothing was opened, shared or sent.',
    todo: 'Try again later. If it happens again, tell an institution you trust, and check with: medixain verify bundle',
  },
  unknown: {
    title: 'There is no such page',
    happened: 'The address stands in no list that institutions have signed.',
    holds: 'Nothing of yours is lost.',
    todo: 'Go back, or begin at the first page.',
  },
  offline: {
    title: 'You are offline',
    happened: 'This part of the vault is not kept on this device, and the network does not reach it.',
    holds: 'Your wallet and everything shared stay as they are.',
    todo: 'Try again when you are connected.',
  },
};

const GERMAN: Readonly<Record<Reason, Words>> = {
  'not-signed': {
    title: 'Diese Seite wurde angehalten',
    happened: 'Der Server hat ein Programm geschickt, das die Institutionen nicht unterschrieben haben. Ihr Browser hat es nicht ausgeführt.',
    holds: 'Ihre Schlüssel blieben unberührt. Nichts wurde geöffnet, geteilt oder gesendet.',
    todo: 'Versuchen Sie es später noch einmal. Geschieht es wieder, sagen Sie es einer Institution, der Sie vertrauen, und prüfen Sie mit: medixain verify bundle',
  },
  unknown: {
    title: 'Diese Seite gibt es nicht',
    happened: 'Die Adresse steht in keiner Liste, die Institutionen unterschrieben haben.',
    holds: 'Nichts von Ihnen ist verloren.',
    todo: 'Gehen Sie zurück, oder beginnen Sie auf der ersten Seite.',
  },
  offline: {
    title: 'Sie sind offline',
    happened: 'Dieser Teil des Tresors liegt nicht auf diesem Gerät, und das Netz erreicht ihn nicht.',
    holds: 'Ihre Brieftasche und alles Geteilte bleiben, wie sie sind.',
    todo: 'Versuchen Sie es wieder, wenn Sie verbunden sind.',
  },
};

/** The page as HTML; `detail` says for the curious what exactly was refused. */
export function refusalPage(reason: Reason, detail: string, language: string): string {
  const german = language.toLowerCase().startsWith('de');
  const { title, happened, holds, todo } = (german ? GERMAN : ENGLISH)[reason];
  const kind = reason === 'not-signed' ? 'note stop' : 'note warn';
  return `<!doctype html><html lang="${german ? 'de' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} – medixain</title>
<link rel="stylesheet" href="/css/medixain.css"></head>
<body><main><div class="page stack"><h1>${title}</h1><div class="${kind}"><p>${happened}</p><p>${holds}</p></div>
<p>${todo}</p><p class="small muted mono">${escaped(detail)}</p></div></main></body></html>`;
}

/** HTTP status of a refusal. */
export const STATUS: Readonly<Record<Reason, number>> = { 'not-signed': 502, unknown: 404, offline: 503 };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
