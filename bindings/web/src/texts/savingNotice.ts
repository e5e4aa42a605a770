import { isLoggedOut } from '../api/problem';
import type { SavingNews } from '../hooks/useSaving';
import type { Notice } from '../notices';
import type { Property } from '../settings/schema';
import type { Texts } from './english';
import { reasonOf } from './reasons';

/** What to say of a save; the faults of settings that are on the page stand there. */
export function savingNotice(news: SavingNews, properties: Map<string, Property>, texts: Texts): Notice {
  const words = texts.save;
  switch (news.kind) {
    case 'saved':
      return { kind: 'success', text: news.now.enabled ? words.done : words.doneOff };
    case 'unknown':
      return { kind: 'error', text: words.unknown(reasonOf(news.problem, texts)) };
    case 'was_saved':
      return { kind: 'success', text: words.wasSaved };
    case 'was_not_saved':
      return { kind: 'error', text: words.wasNotSaved };
    case 'invalid': {
      const { faults } = news.problem;
      const elsewhere = faults.filter(({ field }) => !properties.has(field)).map(({ message }) => message);
      if (faults.length > 0 && elsewhere.length === 0) return { kind: 'error', text: texts.form.faults(faults.length) };
      return { kind: 'error', text: words.failed(elsewhere.join(' ') || reasonOf(news.problem, texts)) };
    }
    case 'changed':
      return { kind: 'info', text: texts.others.changed };
    case 'failed': {
      const text = words.failed(reasonOf(news.problem, texts));
      return { kind: 'error', text: isLoggedOut(news.problem) ? `${text} ${words.kept}` : text };
    }
  }
}
