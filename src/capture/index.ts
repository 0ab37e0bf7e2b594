export type {
  Capture,
  CaptureEntry,
  CaptureHeader,
  CaptureSide,
  ClosedEntry,
  DataEntry,
  EventEntry,
  OmittedEntry,
  OpenedEntry,
  StepEntry,
  StepName,
} from './format/capture.js'
export { CAPTURE_VERSION, STEP_NAMES } from './format/capture.js'
export { type ReadLimits, readCapture, readEntries } from './format/read-capture.js'
export { type CaptureServer, type CaptureServerOptions, createCaptureServer } from './play/capture-server.js'
export { type CapturedCommand, commandsIn } from './play/commands-in.js'
export type { ServerAct } from './play/conversation.js'
export { type CapturedNotification, NotificationFinder, notificationsIn } from './play/notifications-in.js'
export { type Playing, type PlayOptions, playCapture } from './play/play-capture.js'
export { CaptureWriter, type CaptureWriterOptions, type NewEntry } from './record/capture-writer.js'
export { ConnectionRecorder } from './record/connection-recorder.js'
export { recordProcess } from './record/process-recorder.js'
export { createRecordProxy, type RecordProxy, type RecordProxyOptions } from './record/record-proxy.js'
export { createReport, type NamedCapture } from './report/print-report.js'
