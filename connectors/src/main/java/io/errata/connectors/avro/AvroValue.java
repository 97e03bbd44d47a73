package io.errata.connectors.avro;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Decodes one value into one of {@link io.errata.api.ColumnType#javaType()}. */
@FunctionalInterface
interface AvroValue {
  @Nullable Object decode(AvroBlock in) throws IOException;
}
