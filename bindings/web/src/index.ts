export type * from './api/contract';
export { type ApiOptions, createApi } from './api/http';
export { ApiProblem, type ProblemKind } from './api/problem';
export { MqttSettings, type MqttSettingsProps } from './MqttSettings';
export type { Notice, Notify } from './notices';
export type { Stored } from './settings/draft';
export type { PropertySchema, Settings, SettingsSchema, Value } from './settings/schema';
export { english, type GivenTexts, type SettingTexts, type Texts } from './texts/english';
