import { nothing } from './there-is-no-such-file.ts'

export default function* main(): Generator {
  nothing()
}
