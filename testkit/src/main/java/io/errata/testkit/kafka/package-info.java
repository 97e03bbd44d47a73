/** Real Kafka brokers for tests, as processes of their own. */
@NullMarked
package io.errata.testkit.kafka;

import org.jspecify.annotations.NullMarked;
