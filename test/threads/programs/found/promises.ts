// What promises and timers do comes when the run is over: it may end neither the run nor the host.
export default function* main() {
  Promise.reject(new Error('a promise that nobody waits for'))
  setTimeout(() => {
    throw new Error('a timer that nobody waits for')
  })
  console.log('ok')
}
