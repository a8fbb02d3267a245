export default { name: 'half a pacer' }
