/**
 * The formats of Kafka's records that have a schema, and how that is found: in a registry, in a
 * file, by a fingerprint.
 */
@NullMarked
package io.errata.connectors.record;

import org.jspecify.annotations.NullMarked;
