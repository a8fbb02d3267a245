export { throwsInRevise as default } from './bad.ts'
