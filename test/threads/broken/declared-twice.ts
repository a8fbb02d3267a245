// Only the engine finds this one.
export default function* main(): Generator {
  const twice: number = 1
  const twice: number = 2
  console.log(twice)
}
