export { throwsAtStart as default } from './bad.ts'
