package io.errata.connectors.expression;

import io.errata.api.Bucket;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.expression.Comparison.Operator;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.expression.AnalyticExpression;
import net.sf.jsqlparser.expression.AnalyticType;
import net.sf.jsqlparser.expression.BinaryExpression;
import net.sf.jsqlparser.expression.BooleanValue;
import net.sf.jsqlparser.expression.CaseExpression;
import net.sf.jsqlparser.expression.CastExpression;
import net.sf.jsqlparser.expression.DateTimeLiteralExpression;
import net.sf.jsqlparser.expression.DateUnitExpression;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.NotExpression;
import net.sf.jsqlparser.expression.NullValue;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import net.sf.jsqlparser.expression.operators.arithmetic.Addition;
import net.sf.jsqlparser.expression.operators.arithmetic.Multiplication;
import net.sf.jsqlparser.expression.operators.arithmetic.Subtraction;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.conditional.OrExpression;
import net.sf.jsqlparser.expression.operators.relational.Between;
import net.sf.jsqlparser.expression.operators.relational.ComparisonOperator;
import net.sf.jsqlparser.expression.operators.relational.EqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ExpressionList;
import net.sf.jsqlparser.expression.operators.relational.GreaterThan;
import net.sf.jsqlparser.expression.operators.relational.GreaterThanEquals;
import net.sf.jsqlparser.expression.operators.relational.InExpression;
import net.sf.jsqlparser.expression.operators.relational.IsBooleanExpression;
import net.sf.jsqlparser.expression.operators.relational.IsNullExpression;
import net.sf.jsqlparser.expression.operators.relational.LikeExpression;
import net.sf.jsqlparser.expression.operators.relational.MinorThan;
import net.sf.jsqlparser.expression.operators.relational.MinorThanEquals;
import net.sf.jsqlparser.expression.operators.relational.NotEqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.expression.operators.relational.SupportsOldOracleJoinSyntax;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.statement.select.AllColumns;
import org.jspecify.annotations.Nullable;

/**
 * From SQL text to {@link Node}. JSqlParser reads the text, and of what it reads a small part is
 * taken; whatever isn't named here is refused, so that nothing is silently read as something else.
 */
final class SqlParser {
  private static final int MAX_LENGTH = 1_000_000;

  /** Each level of brackets costs the parser's stack, and at some depth its time. */
  private static final int MAX_DEPTH = 40;

  /** Digits of a number literal, before or behind the point. */
  private static final int MAX_DIGITS = 1_000;

  private static final String ALLOWED =
      "allowed are fields, = <> < <= > >=, and, or, not, in, between, is null, is true, like, case when, + - *, numbers, 'text',"
          + " true, false, null, timestamp '…', date '…', and minute, hour, day, week, month, year of (time, zone)";

  /** Levels of anything: each costs the stack of whoever binds and evaluates the expression. */
  private static final int MAX_LEVELS = 500;

  private final String text;
  private int levels;

  private SqlParser(String text) {
    this.text = text;
  }

  static Node parse(String text) {
    SqlParser parser = new SqlParser(text);
    return parser.node(parser.read());
  }

  /** A call of some function, or empty where the text is another expression. */
  static Optional<Call> parseCall(String text) {
    SqlParser parser = new SqlParser(text);
    Expression read = parser.read();
    if (read instanceof Function function) {
      return parser.bucketUnit(function) == null
          ? Optional.of(parser.call(function))
          : Optional.empty();
    }
    return read instanceof AnalyticExpression filtered
        ? Optional.of(parser.call(filtered))
        : Optional.empty();
  }

  private Expression read() {
    if (text.isBlank()) {
      throw invalid(
          "Cannot read an expression: it is empty", "Write one, or leave the setting out.", null);
    }
    if (text.length() > MAX_LENGTH || depth() > MAX_DEPTH) {
      throw invalid(
          "Cannot read an expression of "
              + text.length()
              + " characters and "
              + depth()
              + " levels of brackets (at most "
              + MAX_LENGTH
              + " and "
              + MAX_DEPTH
              + ")",
          "Make it shorter, with fewer brackets.",
          null);
    }
    try {
      return CCJSqlParserUtil.parseExpression(text, false);
    } catch (StackOverflowError e) {
      throw tooDeep(e);
    } catch (JSQLParserException | RuntimeException e) {
      throw invalid(
          "Cannot read the expression: " + text + " (" + reason(e) + ")",
          "Correct it as SQL: texts in single quotes, names that aren't plain words in double quotes.",
          e);
    }
  }

  private int depth() {
    int depth = 0;
    int deepest = 0;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(') {
        deepest = Math.max(deepest, ++depth);
      } else if (c == ')') {
        depth--;
      }
    }
    return deepest;
  }

  private static String reason(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    int expecting = message.indexOf("Was expecting");
    int cut = expecting > 0 ? expecting : end > 0 ? end : message.length();
    return message
        .substring(0, cut)
        .replaceAll("\\s+", " ")
        .replaceFirst(", in lexical state \\w+", "")
        .strip();
  }

  private ErrataException tooDeep(@Nullable Throwable cause) {
    return invalid(
        "Cannot read an expression of "
            + text.length()
            + " characters: it is nested too deeply ("
            + MAX_LEVELS
            + " levels)",
        "Write it with fewer levels; a long list belongs into in (…).",
        cause);
  }

  private Node node(Expression part) {
    if (++levels > MAX_LEVELS) {
      throw tooDeep(null);
    }
    try {
      return nested(part);
    } finally {
      levels--;
    }
  }

  private Node nested(Expression part) {
    if (part instanceof ParenthesedExpressionList<?> brackets && brackets.size() == 1) {
      return node(brackets.get(0));
    }
    if (part instanceof SupportsOldOracleJoinSyntax join
        && join.getOldOracleJoinSyntax() != SupportsOldOracleJoinSyntax.NO_ORACLE_JOIN) {
      throw refused(part);
    }
    if (part instanceof Column column) {
      return field(column);
    }
    if (part instanceof DateUnitExpression unit) {
      return fieldNamed(unit);
    }
    Node literal = literal(part);
    if (literal != null) {
      return literal;
    }
    if (part instanceof AndExpression || part instanceof OrExpression) {
      return junction((BinaryExpression) part);
    }
    if (part instanceof NotExpression not && !not.isExclamationMark()) {
      return new NotNode(node(not.getExpression()));
    }
    if (part instanceof ComparisonOperator comparison) {
      return new ComparisonNode(
          node(comparison.getLeftExpression()),
          operator(comparison),
          node(comparison.getRightExpression()));
    }
    Node test = test(part);
    if (test != null) {
      return test;
    }
    return computed(part);
  }

  private @Nullable LiteralNode literal(Expression part) {
    if (part instanceof LongValue number) {
      return new LiteralNode(number(number.getStringValue(), part));
    }
    if (part instanceof DoubleValue number) {
      return new LiteralNode(number(number.toString(), part));
    }
    if (part instanceof SignedExpression signed && signed.getSign() != '~') {
      LiteralNode literal = literal(signed.getExpression());
      if (literal != null && literal.value() instanceof BigDecimal number) {
        return new LiteralNode(signed.getSign() == '-' ? number.negate() : number);
      }
    }
    if (part instanceof StringValue string
        && string.getPrefix() == null
        && "'".equals(string.getQuoteStr())) {
      return new LiteralNode(string.getValue().replace("''", "'"));
    }
    if (part instanceof BooleanValue truth) {
      return new LiteralNode(truth.getValue());
    }
    if (part instanceof NullValue) {
      return new LiteralNode(null);
    }
    if (part instanceof DateTimeLiteralExpression time) {
      return time(time);
    }
    if (part instanceof CastExpression cast
        && cast.isImplicitCast()
        && cast.getLeftExpression() instanceof StringValue string
        && cast.getColDataType().toString().equalsIgnoreCase("timestamp with time zone")) {
      return new LiteralNode(TimeText.timestamp(string.getValue()));
    }
    return null;
  }

  private LiteralNode time(DateTimeLiteralExpression time) {
    String quoted = time.getValue();
    if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
      throw refused(time);
    }
    String value = quoted.substring(1, quoted.length() - 1);
    return switch (time.getType()) {
      case DATE -> new LiteralNode(TimeText.date(value));
      case TIMESTAMP, TIMESTAMPTZ -> new LiteralNode(TimeText.timestamp(value));
      default -> throw refused(time);
    };
  }

  private BigDecimal number(String digits, Expression part) {
    try {
      BigDecimal number = new BigDecimal(digits);
      if (Math.abs((long) number.scale()) <= MAX_DIGITS && number.precision() <= MAX_DIGITS) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw invalid("Cannot read the number " + part, "Write it in digits, with a point.", e);
    }
    throw invalid(
        "Cannot read the number " + part + " (at most " + MAX_DIGITS + " digits)",
        "Shorten it.",
        null);
  }

  /** A field that is called like a unit of time, such as {@code day}. */
  private Node fieldNamed(DateUnitExpression unit) {
    String name = unit.getType().name().toLowerCase(Locale.ROOT);
    Matcher words =
        Pattern.compile("(?<![\\w\"'])" + name + "(?![\\w\"']|\\s*\\()", Pattern.CASE_INSENSITIVE)
            .matcher(text);
    // The parser doesn't say in which letters it stands there, and names are case-sensitive.
    if (!words.results().allMatch(word -> word.group().equals(name))) {
      throw refused(unit);
    }
    return new FieldNode(name);
  }

  private Node field(Column column) {
    if (column.getArrayConstructor() != null
        || column.getCommentText() != null
        || column.getReturningQualifier() != null) {
      throw refused(column);
    }
    List<String> names = new ArrayList<>();
    if (column.getTable() != null) {
      List<String> outermostLast = new ArrayList<>(column.getTable().getNameParts());
      Collections.reverse(outermostLast);
      names.addAll(outermostLast);
    }
    names.add(column.getColumnName());
    StringBuilder path = new StringBuilder();
    for (String name : names) {
      if (name == null
          || name.startsWith("`")
          || name.startsWith("[")
          || isHalfQuoted(name)
          || unquoted(name).isEmpty()) {
        throw refused(column);
      }
      path.append(path.isEmpty() ? "" : ".").append(unquoted(name));
    }
    return new FieldNode(path.toString());
  }

  /** What the parser makes of several dots within one pair of quotes. */
  private static boolean isHalfQuoted(String name) {
    return name.contains("\"")
        && !(name.length() > 1 && name.startsWith("\"") && name.endsWith("\""));
  }

  private static String unquoted(String name) {
    return name.startsWith("\"") && name.endsWith("\"") && name.length() > 1
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }

  /**
   * One node for a whole chain: people join thousands of terms, and recursion would run out of
   * stack.
   */
  private Node junction(BinaryExpression junction) {
    List<Node> terms = new ArrayList<>();
    Class<?> kind = junction.getClass();
    Expression rest = junction;
    while (rest.getClass() == kind) {
      BinaryExpression pair = (BinaryExpression) rest;
      if (pair instanceof AndExpression and && and.isUseOperator()) {
        throw refused(and);
      }
      terms.add(node(pair.getRightExpression()));
      rest = pair.getLeftExpression();
    }
    terms.add(node(rest));
    Collections.reverse(terms);
    return new JunctionNode(
        kind == AndExpression.class ? JunctionNode.Kind.AND : JunctionNode.Kind.OR, terms);
  }

  private Operator operator(ComparisonOperator comparison) {
    Class<?> kind = comparison.getClass();
    if (kind == EqualsTo.class) {
      return Operator.EQUAL;
    } else if (kind == NotEqualsTo.class) {
      return Operator.NOT_EQUAL;
    } else if (kind == MinorThan.class) {
      return Operator.LESS;
    } else if (kind == MinorThanEquals.class) {
      return Operator.LESS_OR_EQUAL;
    } else if (kind == GreaterThan.class) {
      return Operator.GREATER;
    } else if (kind == GreaterThanEquals.class) {
      return Operator.GREATER_OR_EQUAL;
    }
    throw refused(comparison);
  }

  private @Nullable Node test(Expression part) {
    if (part instanceof Between between
        && !between.isUsingSymmetric()
        && !between.isUsingAsymmetric()) {
      Node tested = node(between.getLeftExpression());
      return negated(
          between.isNot(),
          new JunctionNode(
              JunctionNode.Kind.AND,
              List.of(
                  new ComparisonNode(
                      tested, Operator.GREATER_OR_EQUAL, node(between.getBetweenExpressionStart())),
                  new ComparisonNode(
                      tested, Operator.LESS_OR_EQUAL, node(between.getBetweenExpressionEnd())))));
    }
    if (part instanceof InExpression in
        && !in.isGlobal()
        && in.getRightExpression() instanceof ParenthesedExpressionList<?> list) {
      List<LiteralNode> literals = new ArrayList<>();
      for (Expression member : list) {
        LiteralNode literal = literal(member);
        if (literal == null) {
          throw refused(member);
        }
        literals.add(literal);
      }
      return negated(in.isNot(), new InNode(node(in.getLeftExpression()), literals));
    }
    if (part instanceof IsNullExpression isNull
        && !isNull.isUseIsNull()
        && !isNull.isUseNotNull()) {
      return negated(isNull.isNot(), new NullTestNode(node(isNull.getLeftExpression())));
    }
    if (part instanceof IsBooleanExpression is) {
      return negated(
          is.isNot(),
          new TruthTestNode(
              node(is.getLeftExpression()),
              is.isTrue() ? TruthTestNode.Truth.TRUE : TruthTestNode.Truth.FALSE));
    }
    if (part instanceof LikeExpression like) {
      return like(like);
    }
    return null;
  }

  private Node like(LikeExpression like) {
    LiteralNode pattern = literal(like.getRightExpression());
    LiteralNode escape =
        like.getEscape() == null ? new LiteralNode("\\") : literal(like.getEscape());
    if (like.getLikeKeyWord() != LikeExpression.KeyWord.LIKE
        || like.isUseBinary()
        || pattern == null
        || !(pattern.value() instanceof String form)
        || escape == null
        || !(escape.value() instanceof String mark)
        || mark.codePointCount(0, mark.length()) > 1) {
      throw refused(like);
    }
    return negated(like.isNot(), new LikeNode(node(like.getLeftExpression()), form, mark));
  }

  private static Node negated(boolean not, Node node) {
    return not ? new NotNode(node) : node;
  }

  private Node computed(Expression part) {
    if (part instanceof Addition sum) {
      return arithmetic(sum, ArithmeticNode.Operation.ADD);
    }
    if (part instanceof Subtraction difference) {
      return arithmetic(difference, ArithmeticNode.Operation.SUBTRACT);
    }
    if (part instanceof Multiplication product) {
      return arithmetic(product, ArithmeticNode.Operation.MULTIPLY);
    }
    if (part instanceof SignedExpression signed && signed.getSign() == '-') {
      return new ArithmeticNode(
          new LiteralNode(BigDecimal.ZERO),
          ArithmeticNode.Operation.SUBTRACT,
          node(signed.getExpression()));
    }
    if (part instanceof CaseExpression choice && choice.getSwitchExpression() == null) {
      List<CaseNode.Branch> branches =
          choice.getWhenClauses().stream()
              .map(
                  when ->
                      new CaseNode.Branch(
                          node(when.getWhenExpression()), node(when.getThenExpression())))
              .toList();
      Expression otherwise = choice.getElseExpression();
      return new CaseNode(branches, otherwise == null ? new LiteralNode(null) : node(otherwise));
    }
    if (part instanceof Function function) {
      Bucket.@Nullable Unit unit = bucketUnit(function);
      ExpressionList<?> arguments = plainArguments(function);
      if (unit != null && arguments.size() == 2) {
        return new BucketNode(node(arguments.get(0)), new Bucket(unit, zone(arguments.get(1))));
      }
    }
    throw refused(part);
  }

  private Node arithmetic(BinaryExpression pair, ArithmeticNode.Operation operation) {
    return new ArithmeticNode(
        node(pair.getLeftExpression()), operation, node(pair.getRightExpression()));
  }

  private Bucket.@Nullable Unit bucketUnit(Function function) {
    String name = function.getName().toUpperCase(Locale.ROOT);
    return Arrays.stream(Bucket.Unit.values())
        .filter(unit -> unit.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /**
   * {@code Europe/Zurich} is read as a division, and written as one with blanks around the slash.
   */
  private ZoneId zone(Expression argument) {
    String name =
        argument instanceof StringValue string
            ? string.getValue()
            : unquoted(argument.toString().replace(" ", ""));
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw invalid(
          "Cannot find time zone " + name + " in " + text,
          "Use a name such as UTC or Europe/Zurich, or an offset as '+02:00'.",
          e);
    }
  }

  private ExpressionList<?> plainArguments(Function function) {
    if (function.isDistinct()) {
      throw invalid("Cannot use distinct in " + text, "Use count_distinct(…).", null);
    }
    if (function.isUnique()
        || function.isEscaped()
        || function.isIgnoreNullsOutside()
        || function.getNullHandling() != null
        || function.getLimit() != null
        || function.getHavingClause() != null
        || function.getChainedParameters() != null
        || function.getNamedParameters() != null
        || function.getAttribute() != null
        || function.getKeep() != null
        || function.getExtraKeyword() != null
        || function.getOnOverflowTruncate() != null
        || function.getOrderByElements() != null
        || function.getMultipartName().size() != 1) {
      throw refused(function);
    }
    return function.getParameters() == null ? new ExpressionList<>() : function.getParameters();
  }

  private Call call(Function function) {
    return call(function.getName(), plainArguments(function), null);
  }

  private Call call(AnalyticExpression filtered) {
    if (filtered.getType() != AnalyticType.FILTER_ONLY
        || filtered.isDistinct()
        || filtered.isUnique()
        || filtered.isIgnoreNulls()
        || filtered.isIgnoreNullsOutside()
        || filtered.getOffset() != null
        || filtered.getDefaultValue() != null
        || filtered.getKeep() != null
        || filtered.getNullHandling() != null
        || filtered.getHavingClause() != null
        || filtered.getLimit() != null
        || filtered.getFuncOrderBy() != null) {
      throw refused(filtered);
    }
    ExpressionList<Expression> arguments = new ExpressionList<>();
    if (filtered.getExpression() != null) {
      arguments.add(filtered.getExpression());
    }
    return call(filtered.getName(), arguments, filtered.getFilterExpression());
  }

  private Call call(String name, ExpressionList<?> arguments, @Nullable Expression filter) {
    List<ScalarExpression> scalars = new ArrayList<>();
    Optional<String> template = Optional.empty();
    for (Expression argument : arguments) {
      if (argument instanceof AllColumns all && all.toString().equals("*")) {
        if (arguments.size() > 1) {
          throw refused(all);
        }
      } else {
        // A template may stand in quotes of either kind, as YAML and SQL have different ones.
        if (argument instanceof StringValue
            || (argument instanceof Column column && column.toString().startsWith("\""))) {
          template =
              Optional.of(
                  argument instanceof StringValue string
                      ? string.getValue().replace("''", "'")
                      : unquoted(argument.toString()));
        }
        scalars.add(new ScalarExpression(argument.toString(), node(argument)));
      }
    }
    return new Call(
        text,
        name.toLowerCase(Locale.ROOT),
        scalars,
        template,
        Optional.ofNullable(filter).map(part -> new ScalarExpression(part.toString(), node(part))));
  }

  private ErrataException refused(Expression part) {
    return invalid(
        "Cannot use " + part + " in the expression: " + text + " (" + ALLOWED + ")",
        "Write it with what is allowed.",
        null);
  }

  private static ErrataException invalid(String message, String next, @Nullable Throwable cause) {
    return new ErrataException(ErrorCode.INVALID_SPEC, message, next, cause);
  }
}
