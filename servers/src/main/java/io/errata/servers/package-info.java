/**
 * Real servers in processes of their own, for the demo and for tests: Kafka's brokers and a schema
 * registry. They listen on the loopback alone, on ports of their own.
 */
@NullMarked
package io.errata.servers;

import org.jspecify.annotations.NullMarked;
