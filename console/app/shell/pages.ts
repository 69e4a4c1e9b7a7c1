import {
  Activity,
  AudioLines,
  BookOpen,
  Bot,
  Building2,
  Database,
  FileAudio,
  GraduationCap,
  KeyRound,
  ListChecks,
  type LucideIcon,
  Phone,
  ScrollText,
  Server,
  TriangleAlert,
} from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import type { Permission } from '../data/session.ts';

export interface Page {
  readonly path: string;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly group: 'Calls' | 'Knowledge' | 'Operations' | 'Administration';
  /** Without it the page is not there. */
  readonly needs: Permission;
  readonly component: ComponentType;
}

const page = <Name extends string>(load: () => Promise<Readonly<Record<Name, ComponentType>>>, name: Name) =>
  lazy(async () => ({ default: (await load())[name] }));

/** Every page, in the order of the menu. Each is loaded when it is first opened. */
export const pages: readonly Page[] = [
  {
    path: '/talk',
    title: 'Talk',
    icon: AudioLines,
    group: 'Calls',
    needs: 'call',
    component: page(() => import('../talk/talk-page.tsx'), 'TalkPage'),
  },
  {
    path: '/calls',
    title: 'Calls',
    icon: Phone,
    group: 'Calls',
    needs: 'read',
    component: page(() => import('../calls/calls-page.tsx'), 'CallsPage'),
  },
  {
    path: '/failed',
    title: 'Failed turns',
    icon: TriangleAlert,
    group: 'Calls',
    needs: 'read',
    component: page(() => import('../calls/failed-page.tsx'), 'FailedPage'),
  },
  {
    path: '/analytics',
    title: 'Analytics',
    icon: Activity,
    group: 'Calls',
    needs: 'read',
    component: page(() => import('../operate/analytics-page.tsx'), 'AnalyticsPage'),
  },
  {
    path: '/articles',
    title: 'Articles',
    icon: BookOpen,
    group: 'Knowledge',
    needs: 'read',
    component: page(() => import('../operate/articles-page.tsx'), 'ArticlesPage'),
  },
  {
    path: '/assistants',
    title: 'Assistants',
    icon: Bot,
    group: 'Knowledge',
    needs: 'read',
    component: page(() => import('../operate/assistants/assistants-page.tsx'), 'AssistantsPage'),
  },
  {
    path: '/cache',
    title: 'Cached answers',
    icon: Database,
    group: 'Knowledge',
    needs: 'read',
    component: page(() => import('../operate/cache-page.tsx'), 'CachePage'),
  },
  {
    path: '/adapters',
    title: 'Adapters',
    icon: GraduationCap,
    group: 'Knowledge',
    needs: 'read',
    component: page(() => import('../operate/adapters-page.tsx'), 'AdaptersPage'),
  },
  {
    path: '/messages',
    title: 'Messages',
    icon: FileAudio,
    group: 'Operations',
    needs: 'read',
    component: page(() => import('../operate/messages-page.tsx'), 'MessagesPage'),
  },
  {
    path: '/batches',
    title: 'Batches',
    icon: ListChecks,
    group: 'Operations',
    needs: 'read',
    component: page(() => import('../operate/batches-page.tsx'), 'BatchesPage'),
  },
  {
    path: '/engines',
    title: 'Workers and engines',
    icon: Server,
    group: 'Operations',
    needs: 'monitor',
    component: page(() => import('../operate/engines-page.tsx'), 'EnginesPage'),
  },
  {
    path: '/keys',
    title: 'Keys',
    icon: KeyRound,
    group: 'Administration',
    needs: 'admin',
    component: page(() => import('../operate/keys-page.tsx'), 'KeysPage'),
  },
  {
    path: '/tenants',
    title: 'Tenants',
    icon: Building2,
    group: 'Administration',
    needs: 'admin',
    component: page(() => import('../operate/tenants-page.tsx'), 'TenantsPage'),
  },
  {
    path: '/audit',
    title: 'Audit log',
    icon: ScrollText,
    group: 'Administration',
    needs: 'admin',
    component: page(() => import('../operate/audit-page.tsx'), 'AuditPage'),
  },
];

export const CallPage = page(() => import('../calls/call-page.tsx'), 'CallPage');
export const BatchPage = page(() => import('../operate/batch-page.tsx'), 'BatchPage');
export const ArticlePage = page(() => import('../operate/article-page.tsx'), 'ArticlePage');
