const settings = JSON.parse('{ "depth": }')

export default function* main(): Generator {
  console.log(settings)
}
