// One thread of a race: it does its part of the given variant, and ends.
import { workerData } from 'node:worker_threads'
import { bindTo } from './processors.js'
import { Meetings, viewsOf } from './race.js'

const { program, variant, thread, buffer, rounds, most, processor } = workerData
if (processor !== undefined) bindTo(processor)
const { variants } = await import(program)
const { threads, perMeeting = 1 } = variants[variant]
const views = viewsOf(buffer, rounds)
const counts = views.counts[thread]
const meetings = new Meetings(
  views.words,
  counts,
  thread,
  threads.length,
  Math.ceil(most / perMeeting),
)
threads[thread]({ ...views, thread, rounds, meetings, counts, notes: views.notes[thread] })
