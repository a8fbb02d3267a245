export { throwsInStop as default } from './bad.ts'
