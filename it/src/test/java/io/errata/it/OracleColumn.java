package io.errata.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * A computed column: how a spec says it, and how DuckDB computes it.
 *
 * @param name in the live table
 * @param declared for the spec
 * @param wide what DuckDB computes over the deduped events {@code e} of a key, as wide as it gets
 * @param type of the live table's column
 * @param fields that it reads
 * @param printable whether a template may hold it
 */
record OracleColumn(
    String name, String declared, String wide, Type type, Set<String> fields, boolean printable) {

  /** The types of columns, in PostgreSQL and in DuckDB. */
  enum Type {
    INT("integer", "INTEGER"),
    LONG("bigint", "BIGINT"),
    DECIMAL("numeric(14,2)", "DECIMAL(14,2)"),
    DOUBLE("double precision", "DOUBLE"),
    TEXT("text", "VARCHAR"),
    TIMESTAMP("timestamptz", "TIMESTAMPTZ"),
    DATE("date", "DATE");

    private final String postgres;
    private final String duck;

    Type(String postgres, String duck) {
      this.postgres = postgres;
      this.duck = duck;
    }

    String postgres() {
      return postgres;
    }

    String duck() {
      return duck;
    }
  }

  private static final List<String> FIELDS =
      List.of("small", "big", "amount", "ratio", "label", "seen", "due");

  private static Type typeOf(String field) {
    return switch (field) {
      case "small", "shop" -> Type.INT;
      case "big" -> Type.LONG;
      case "amount" -> Type.DECIMAL;
      case "ratio" -> Type.DOUBLE;
      case "seen" -> Type.TIMESTAMP;
      case "due" -> Type.DATE;
      default -> Type.TEXT;
    };
  }

  /**
   * A random column.
   *
   * @param order the total order of events in DuckDB's SQL
   */
  static OracleColumn make(String name, SplittableRandom random, String order) {
    String number = pick(random, "small", "big", "amount", "ratio");
    String any = FIELDS.get(random.nextInt(FIELDS.size()));
    return switch (random.nextInt(13)) {
      case 0, 1 -> sum(name, number, random);
      case 2 -> of(name, "count()", "count(*)", random.nextBoolean() ? Type.LONG : Type.INT, true);
      case 3 -> of(name, "count(" + any + ")", "count(" + any + ")", Type.LONG, true, any);
      case 4 -> {
        String edge = pick(random, "min", "max");
        yield of(
            name, edge + "(" + any + ")", edge + "(" + any + ")", typeOf(any), printable(any), any);
      }
      case 5, 6 -> {
        boolean first = random.nextBoolean();
        yield of(
            name,
            (first ? "first(" : "last(") + any + ")",
            "(list(" + any + " ORDER BY " + order + "))[" + (first ? "1" : "-1") + "]",
            typeOf(any),
            printable(any),
            any);
      }
      case 7 ->
          of(
              name,
              "count_distinct(" + any + ")",
              "count(DISTINCT " + any + ")",
              Type.LONG,
              true,
              any);
      case 8 -> average(name, random);
      case 9 -> filtered(name, random);
      case 10 ->
          of(
              name,
              "sum(case when type = 'refund' then 0 - small else small end)",
              "sum(case when type = 'refund' then 0 - small else small end)",
              Type.LONG,
              true,
              "small",
              "type");
      case 11 -> of(name, "sum(small * 3 + 1)", "sum(small * 3 + 1)", Type.LONG, true, "small");
      default -> of(name, "max(ts)", "max(ts)", Type.TIMESTAMP, false);
    };
  }

  private static OracleColumn sum(String name, String field, SplittableRandom random) {
    Type type =
        switch (field) {
          case "small" -> List.of(Type.INT, Type.LONG, Type.DECIMAL).get(random.nextInt(3));
          case "big" -> random.nextInt(3) == 0 ? Type.DECIMAL : Type.LONG;
          case "amount" -> Type.DECIMAL;
          default -> Type.DOUBLE;
        };
    return of(name, "sum(" + field + ")", "sum(" + field + ")", type, type != Type.DOUBLE, field);
  }

  /** Rounded half up from integers, since DuckDB's own average is a double. */
  private static OracleColumn average(String name, SplittableRandom random) {
    String field = pick(random, "small", "amount", "ratio");
    if (field.equals("ratio")) {
      return of(name, "avg(ratio)", "sum(ratio) / count(ratio)", Type.DOUBLE, false, field);
    }
    String cents = "CAST(CAST(sum(" + field + ") AS DECIMAL(30,2)) * 100 AS HUGEINT)";
    String count = "CAST(count(" + field + ") AS HUGEINT)";
    if (random.nextBoolean()) {
      return of(
          name,
          "avg(" + field + ")",
          "CAST(" + cents + " AS DOUBLE) / CAST(NULLIF(" + count + ", 0) * 100 AS DOUBLE)",
          Type.DOUBLE,
          false,
          field);
    }
    String half = "((abs(" + cents + ") * 2 + " + count + ") // NULLIF(2 * " + count + ", 0))";
    return of(
        name,
        "avg(" + field + ")",
        "CAST(sign(" + cents + ") * " + half + " AS DECIMAL(30,0)) * CAST(0.01 AS DECIMAL(3,2))",
        Type.DECIMAL,
        false,
        field);
  }

  private static OracleColumn filtered(String name, SplittableRandom random) {
    OracleCondition condition = OracleCondition.make(random);
    String filter = " filter (where " + condition.text() + ")";
    List<String> fields = new ArrayList<>(condition.fields());
    fields.add("small");
    return of(
        name,
        "sum(small)" + filter,
        "sum(small)" + filter,
        Type.LONG,
        true,
        fields.toArray(new String[0]));
  }

  /** A digest of a template of other columns. */
  static OracleColumn template(String name, List<String> used, SplittableRandom random) {
    String function = pick(random, "md5", "sha256");
    StringBuilder template = new StringBuilder();
    StringBuilder wide = new StringBuilder();
    for (String column : used) {
      template.append(template.isEmpty() ? "" : "-").append('{').append(column).append('}');
      wide.append(wide.isEmpty() ? "" : " || '-' || ")
          .append("CAST(")
          .append(Database.quoted(column))
          .append(" AS VARCHAR)");
    }
    return new OracleColumn(
        name,
        function + "('" + template + "')",
        function + "(" + wide + ")",
        Type.TEXT,
        Set.of(),
        false);
  }

  boolean isTemplate() {
    return declared.startsWith("md5") || declared.startsWith("sha256");
  }

  // What doubles and times look like as a text is each product's own affair.
  private static boolean printable(String field) {
    return !field.equals("ratio") && !field.equals("seen");
  }

  private static OracleColumn of(
      String name, String declared, String wide, Type type, boolean printable, String... fields) {
    return new OracleColumn(name, declared, wide, type, new TreeSet<>(List.of(fields)), printable);
  }

  private static String pick(SplittableRandom random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
