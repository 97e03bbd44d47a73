package io.errata.connectors.event;

/**
 * A decoded value of which no object was made, since most of them only go on as bytes. It may be
 * changed as soon as the next row is decoded: whoever keeps it keeps its {@link #value()}.
 */
public sealed interface LazyValue permits AsciiText, PlainNumber {
  /** The value of {@link io.errata.api.ColumnType#javaType()} that it stands for. */
  Object value();
}
