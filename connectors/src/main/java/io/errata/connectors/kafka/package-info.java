/** Events from Kafka: fixed ranges of offsets, read to their ends or accounted for. */
@NullMarked
package io.errata.connectors.kafka;

import org.jspecify.annotations.NullMarked;
