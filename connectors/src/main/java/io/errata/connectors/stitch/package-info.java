/** Windows from Kafka and the archive together. */
@NullMarked
package io.errata.connectors.stitch;

import org.jspecify.annotations.NullMarked;
