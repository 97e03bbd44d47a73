package io.errata.connectors;

import io.errata.api.ColumnType;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A place where events lie. Implementations pass {@code WindowSourceContract} of the testkit. */
public interface WindowSource {
  /**
   * Names the source in messages and in the plan, without secrets, such as {@code archive
   * gs://events/payments}.
   */
  String name();

  /**
   * The types in which the source keeps some fields, for those that nothing else gives a type. A
   * format without types says TEXT.
   *
   * @param fields dotted paths
   * @throws io.errata.api.ErrataException INVALID_SOURCE where a field is not there, naming it and
   *     the nearest; UNAVAILABLE where the source can't be reached
   */
  Map<String, ColumnType> naturalTypes(List<String> fields);

  /**
   * Fixes once what is to be read for a window: files with their size and generation, offsets.
   *
   * @param window in event time
   * @param schema the fields to decode
   * @param condition which events of the window are wanted; those for which it is not true are
   *     counted and left out
   * @throws io.errata.api.ErrataException INVALID_SOURCE where the source or a field is not there
   *     or has a type that can't become the wanted one; UNAVAILABLE where the source can't be
   *     reached
   */
  ResolvedWindow resolve(Window window, EventSchema schema, Optional<Condition> condition);
}
