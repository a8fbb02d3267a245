// A bracket is missing on line 4.
export default function* main(): Generator {
  const values: number[] = [1, 2, 3]
  console.log(values.map(value => value + 1)
}
