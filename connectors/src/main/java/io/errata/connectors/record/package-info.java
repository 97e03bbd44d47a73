/**
 * The formats of Kafka's records, and how the schema of those that have one is found: in a
 * registry, in a file, by a fingerprint.
 */
@NullMarked
package io.errata.connectors.record;

import org.jspecify.annotations.NullMarked;
