package io.errata.jobs.aggregate;

import io.errata.api.Bucket;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RowSchema;
import io.errata.connectors.expression.Call;
import io.errata.connectors.expression.FieldBinding;
import io.errata.connectors.expression.ScalarExpression;
import io.errata.jobs.worker.NearestName;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a definition of a spec, a table and what is known of the events. Used once. */
final class AggregateBinder {
  private final AggregateSpec spec;
  private final TableDescription table;
  private final EventFacts facts;
  private final Map<String, ScalarExpression> keys = new LinkedHashMap<>();
  private final Map<String, Call> calls = new LinkedHashMap<>();
  private final Map<String, AggregateFunction> functions = new LinkedHashMap<>();
  private final FieldTypes types;

  AggregateBinder(AggregateSpec spec, TableDescription table, EventFacts facts) {
    this.spec = spec;
    this.table = table;
    this.facts = facts;
    this.types = new FieldTypes(facts);
  }

  AggregateDefinition bind() {
    checkNames();
    spec.key()
        .forEach(
            (name, text) -> keys.put(name, naming(name, text, () -> ScalarExpression.parse(text))));
    spec.columns().forEach((name, text) -> naming(name, text, () -> parse(name, text)));
    chooseTypes();

    List<KeyColumn> key = table.key().stream().map(this::keyColumn).toList();
    List<String> names = List.copyOf(spec.columns().keySet());
    List<EventColumn> eventColumns = new ArrayList<>();
    Map<String, TemplateColumn> templates = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      int ordinal = i;
      String text = calls.get(name).text();
      if (functions.get(name).ofTemplate()) {
        templates.put(name, naming(name, text, () -> templateColumn(name, ordinal)));
      } else {
        eventColumns.add(naming(name, text, () -> eventColumn(name, ordinal)));
      }
    }
    List<TemplateColumn> ordered = order(templates);
    List<PrintedColumn> printed =
        ordered.stream()
            .flatMap(template -> template.template().columns().stream())
            .distinct()
            .filter(name -> !templates.containsKey(name))
            .map(name -> new PrintedColumn(name, table.column(name)))
            .toList();
    List<Bucket> buckets =
        key.stream()
            .flatMap(column -> column.expression().bucketOf(facts.time()).stream())
            .toList();
    return new AggregateDefinition(
        key,
        table.keySchema(),
        AggregateDefinition.schema(names, table),
        types.reads(),
        AggregateDefinition.finest(buckets),
        List.copyOf(eventColumns),
        ordered,
        printed,
        canonicalTexts(),
        functions.values().stream().anyMatch(AggregateFunction::ordered));
  }

  private void checkNames() {
    for (String name : table.key()) {
      if (!spec.key().containsKey(name)) {
        throw invalid(
            "Cannot make key column " + name + ": worker.aggregate.key doesn't say from what",
            "Add "
                + name
                + " with a field, or with a day or the like, such as day("
                + facts.time()
                + ", UTC).");
      }
    }
    for (String name : spec.key().keySet()) {
      if (!table.key().contains(name)) {
        throw invalid(
            "Cannot use "
                + name
                + " as a key column (the table's key is "
                + table.key()
                + ")"
                + nearest(name, table.key()),
            "Take it out, or name the table's key columns.");
      }
    }
    List<String> columns = table.columns().stream().map(TableColumn::name).toList();
    for (String name : spec.columns().keySet()) {
      if (table.key().contains(name)) {
        throw invalid(
            "Cannot compute column " + name + ": it is of the key",
            "Move it to worker.aggregate.key.");
      }
      if (!columns.contains(name)) {
        throw invalid(
            "Cannot find column " + name + " in " + table.name() + nearest(name, columns),
            "Correct the name under worker.aggregate.columns; names are case-sensitive.");
      }
    }
    for (String name : table.compare()) {
      if (!spec.columns().containsKey(name)) {
        throw invalid(
            "Cannot compute column " + name + ": worker.aggregate.columns doesn't say how",
            "Add its function, or take it out of table.compare.");
      }
    }
    Stream.concat(table.key().stream(), spec.columns().keySet().stream())
        .map(table::column)
        .filter(column -> !column.comparable())
        .findFirst()
        .ifPresent(
            column -> {
              throw invalid(
                  "Cannot compute column " + column.name() + " (" + column.sqlType() + ")",
                  "Leave it out of the spec.");
            });
  }

  private Call parse(String name, String text) {
    Call call =
        Call.parse(text)
            .orElseThrow(
                () ->
                    invalid(
                        "Not a function (there are " + AggregateFunction.spellings() + ")",
                        "Use one of them."));
    AggregateFunction function =
        AggregateFunction.find(call.function())
            .orElseThrow(
                () ->
                    invalid(
                        "There is no function "
                            + call.function()
                            + " (there are "
                            + AggregateFunction.spellings()
                            + ")",
                        "Use one of them."));
    int arguments = call.arguments().size();
    boolean few = arguments == 0 && function != AggregateFunction.COUNT;
    if (few || arguments > 1) {
      throw invalid(
          function.spelling()
              + " takes "
              + (function == AggregateFunction.COUNT ? "one argument or none" : "one argument")
              + ", not "
              + arguments,
          "Correct its arguments.");
    }
    if (function.ofTemplate() && call.template().isEmpty()) {
      throw invalid(
          function.spelling() + " takes a template in quotes",
          "Write it as " + function.spelling() + "('{column}').");
    }
    if (function.ofTemplate() && call.filter().isPresent()) {
      throw invalid(
          function.spelling() + " takes no filter", "Filter the columns that the template holds.");
    }
    if (!function.ofTemplate()
        && call.template().isPresent()
        && call.arguments().get(0).field().isEmpty()) {
      throw invalid(
          function.spelling() + " takes a field, not a text",
          "Write the field's name without single quotes.");
    }
    calls.put(name, call);
    functions.put(name, function);
    return call;
  }

  /**
   * First those that give the type of their column; what is only counted or averaged follows them.
   */
  private void chooseTypes() {
    keys.forEach(
        (name, expression) ->
            naming(
                name,
                expression.toString(),
                () -> types.want(expression, table.column(name).type())));
    for (Pass pass : Pass.values()) {
      calls.forEach(
          (name, call) -> {
            AggregateFunction function = functions.get(name);
            ColumnType column = table.column(name).type();
            if (function.ofTemplate()) {
              return;
            }
            if (pass == Pass.KEEPING_TYPE && function.keepsType()) {
              call.arguments()
                  .forEach(
                      argument -> naming(name, call.text(), () -> types.want(argument, column)));
            } else if (pass == Pass.OTHERS && !function.keepsType()) {
              ColumnType averaged = column == ColumnType.DOUBLE ? column : ColumnType.DECIMAL;
              call.arguments()
                  .forEach(
                      argument ->
                          types.suggest(
                              argument, function == AggregateFunction.AVG ? averaged : null));
            } else if (pass == Pass.FILTERS) {
              call.filter().ifPresent(filter -> types.suggest(filter, ColumnType.BOOLEAN));
            }
          });
    }
  }

  private enum Pass {
    KEEPING_TYPE,
    OTHERS,
    FILTERS
  }

  private KeyColumn keyColumn(String name) {
    ScalarExpression expression = keys.get(name);
    TableColumn column = table.column(name);
    return naming(
        name,
        expression.toString(),
        () -> {
          ScalarExpression.Bound bound = expression.bind(types);
          requireAccepted(column, bound.type());
          return new KeyColumn(name, expression, bound.reader(), column);
        });
  }

  private EventColumn eventColumn(String name, int ordinal) {
    Call call = calls.get(name);
    AggregateFunction function = functions.get(name);
    TableColumn column = table.column(name);
    Optional<ScalarExpression.Bound> argument =
        call.arguments().stream().findFirst().map(a -> a.bind(types));
    Optional<ColumnType> type = argument.flatMap(ScalarExpression.Bound::type);
    requireAccepted(column, function.keepsType() ? type : resultType(function, column, type));
    boolean adds = function == AggregateFunction.SUM || function == AggregateFunction.AVG;
    if (adds && type.isPresent() && !number(type.get())) {
      throw invalid(
          function.spelling() + " takes numbers, not " + type.get(), "Use a number field.");
    }
    FieldBinding.@Nullable Reader filter =
        call.filter()
            .map(condition -> condition.bind(types))
            .map(this::requireCondition)
            .orElse(null);
    return new EventColumn(
        name,
        ordinal,
        call.text(),
        call.arguments().stream().findFirst().flatMap(ScalarExpression::field),
        argument.map(ScalarExpression.Bound::reader).orElse(event -> null),
        filter,
        accumulator(function, argument.isPresent(), type.orElse(ColumnType.LONG)),
        column);
  }

  private FieldBinding.Reader requireCondition(ScalarExpression.Bound filter) {
    if (filter.type().isPresent() && filter.type().get() != ColumnType.BOOLEAN) {
      throw invalid(
          "its filter is " + filter.type().get() + ", not a condition",
          "Compare it with something.");
    }
    return filter.reader();
  }

  private static Optional<ColumnType> resultType(
      AggregateFunction function, TableColumn column, Optional<ColumnType> argument) {
    if (function != AggregateFunction.AVG) {
      return Optional.of(ColumnType.LONG);
    }
    // The quotient of exact numbers is rounded to whatever number the column takes.
    return argument
        .filter(type -> type == ColumnType.DOUBLE || !number(column.type()))
        .or(() -> Optional.of(ColumnType.DECIMAL));
  }

  private static boolean number(ColumnType type) {
    return type == ColumnType.INT
        || type == ColumnType.LONG
        || type == ColumnType.DECIMAL
        || type == ColumnType.DOUBLE;
  }

  private static void requireAccepted(TableColumn column, Optional<ColumnType> type) {
    if (type.isPresent() && !column.accepts(type.get())) {
      throw invalid(
          "its type is " + type.get() + " and the column's is " + column.sqlType(),
          type.get() == ColumnType.DOUBLE
              ? "Use a double precision column, or a source that keeps exact numbers: a sum of doubles isn't an exact decimal."
              : "Correct the expression, or give the field's type in events.fields.types.");
    }
  }

  private static Supplier<Accumulator> accumulator(
      AggregateFunction function, boolean argument, ColumnType type) {
    return switch (function) {
      case SUM -> sum(type);
      case COUNT -> argument ? Accumulator.Count::ofValues : Accumulator.Count::ofEvents;
      case MIN -> Accumulator.Extreme::least;
      case MAX -> Accumulator.Extreme::greatest;
      case FIRST, LAST -> () -> new Accumulator.Edge(function);
      case COUNT_DISTINCT -> Accumulator.Distinct::new;
      case AVG -> {
        Supplier<Accumulator> sum = sum(type);
        yield () -> new Accumulator.Average(sum.get());
      }
      case MD5, SHA256 -> throw new IllegalStateException("Templates gather nothing");
    };
  }

  private static Supplier<Accumulator> sum(ColumnType type) {
    return switch (type) {
      case DECIMAL -> Accumulator.DecimalSum::new;
      case DOUBLE -> Accumulator.DoubleSum::new;
      default -> Accumulator.IntegerSum::new;
    };
  }

  private TemplateColumn templateColumn(String name, int ordinal) {
    Call call = calls.get(name);
    TableColumn column = table.column(name);
    if (column.type() != ColumnType.TEXT && column.type() != ColumnType.BYTES) {
      throw invalid(
          "it is a text and the column's type is " + column.sqlType(),
          "Use a column of type text or bytea.");
    }
    Template template = Template.parse(call.template().orElseThrow());
    Set<String> known = new LinkedHashSet<>(table.key());
    known.addAll(spec.columns().keySet());
    for (String used : template.columns()) {
      if (!known.contains(used)) {
        throw invalid(
            "there is no column " + used + " for its template" + nearest(used, known),
            "A template holds key columns and columns of worker.aggregate.");
      }
    }
    return new TemplateColumn(name, ordinal, call.text(), functions.get(name), template, column);
  }

  private List<TemplateColumn> order(Map<String, TemplateColumn> templates) {
    List<TemplateColumn> ordered = new ArrayList<>();
    Set<String> done = new LinkedHashSet<>();
    templates
        .keySet()
        .forEach(name -> visit(name, templates, new LinkedHashSet<>(), done, ordered));
    return List.copyOf(ordered);
  }

  private void visit(
      String name,
      Map<String, TemplateColumn> templates,
      Set<String> path,
      Set<String> done,
      List<TemplateColumn> ordered) {
    TemplateColumn template = templates.get(name);
    if (template == null || done.contains(name)) {
      return;
    }
    if (!path.add(name)) {
      throw invalid(
          "Cannot compute "
              + name
              + " = "
              + template.text()
              + ": its template holds itself, by way of "
              + String.join(" and ", path),
          "Take one of them out of the other's template.");
    }
    template.template().columns().forEach(used -> visit(used, templates, path, done, ordered));
    path.remove(name);
    done.add(name);
    ordered.add(template);
  }

  private Map<String, String> canonicalTexts() {
    Map<String, String> texts = new TreeMap<>();
    keys.forEach((name, expression) -> texts.put(name, expression.canonicalText()));
    calls.forEach(
        (name, call) -> {
          String arguments =
              functions.get(name).ofTemplate()
                  ? "'" + call.template().orElseThrow().replace("'", "''") + "'"
                  : String.join(
                      ", ",
                      call.arguments().stream().map(ScalarExpression::canonicalText).toList());
          String filter =
              call.filter().map(f -> " filter (where " + f.canonicalText() + ")").orElse("");
          texts.put(name, call.function() + "(" + arguments + ")" + filter);
        });
    return texts;
  }

  private static String nearest(String name, Collection<String> known) {
    return NearestName.of(name, known).map(near -> "; did you mean " + near + "?").orElse("");
  }

  /** Runs a step so that its error names the column and the expression. */
  private static <T> T naming(String name, String text, Supplier<T> step) {
    try {
      return step.get();
    } catch (ErrataException e) {
      throw new ErrataException(
          e.code(),
          "Cannot compute column " + name + " = " + text + ": " + e.getMessage(),
          e.next(),
          e);
    }
  }

  private static void naming(String name, String text, Runnable step) {
    naming(
        name,
        text,
        () -> {
          step.run();
          return name;
        });
  }

  private static ErrataException invalid(String message, String next) {
    return new ErrataException(ErrorCode.INVALID_SPEC, message, next);
  }

  static RowSchema schema(Map<String, ColumnType> types) {
    List<Column> columns = new ArrayList<>();
    types.forEach((path, type) -> columns.add(new Column(path, type)));
    return RowSchema.of(columns);
  }
}
