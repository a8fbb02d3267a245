export { answersNaN as default } from './bad.ts'
