// An aedes broker on 127.0.0.1: node aedes.js aedes-0.51|aedes-2 PORT
//
// aedes 0.51 speaks only MQTT 3.1.1; version 2 speaks MQTT 5 too. Both keep all state in memory. Prints one
// line once it accepts connections.
import { createServer } from 'node:net'

const [name, port] = process.argv.slice(2)
const module = await import(name)
const broker = module.Aedes ? await module.Aedes.createBroker() : module.default()

broker.on('clientError', (client, error) => console.log(`client ${client.id}: ${error.message}`))
broker.on('connectionError', (client, error) => console.log(`connection: ${error.message}`))

const server = createServer(broker.handle)
server.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
