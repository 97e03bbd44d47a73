package io.errata.jobs.spec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads one YAML document into nodes that know where they stand. Bounded in depth and size,
 * whatever the document says.
 */
final class YamlReader {
  /** Far above any spec; what is beyond was made to exhaust memory. */
  private static final int MAX_CHARACTERS = 1 << 20;

  private static final int MAX_DEPTH = 32;
  private static final int MAX_NODES = 20_000;

  private static final YAMLFactory FACTORY =
      YAMLFactory.builder()
          // Only true and false are booleans: an event type may be called "no".
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .build();

  private final Problems problems;
  private final YAMLParser parser;
  private final @Nullable Location fixed;
  private final Map<String, YamlNode> anchors = new HashMap<>();
  private int nodes;
  private boolean gaveUp;

  private YamlReader(YAMLParser parser, @Nullable Location fixed, Problems problems) {
    this.parser = parser;
    this.fixed = fixed;
    this.problems = problems;
  }

  /**
   * Reads a document.
   *
   * @param fixed where all of it stands, or null for its own lines and columns
   * @return empty where it has nothing in it, or can't be read at all, which is then a problem
   */
  static Optional<YamlNode> read(String text, @Nullable Location fixed, Problems problems) {
    Location start = fixed == null ? Location.START : fixed;
    if (text.length() > MAX_CHARACTERS) {
      problems.add(
          start, "", "it has " + text.length() + " characters (at most " + MAX_CHARACTERS + ")");
      return Optional.empty();
    }
    // An editor's byte order mark is no part of the document.
    String document = text.startsWith("\uFEFF") ? text.substring(1) : text;
    try (YAMLParser parser = FACTORY.createParser(document)) {
      return new YamlReader(parser, fixed, problems).document();
    } catch (JsonProcessingException e) {
      problems.add(
          fixed == null ? locationOf(e) : fixed, "", "not YAML: " + explain(e, e.getCause()));
    } catch (YAMLException e) {
      problems.add(start, "", "not YAML: " + explain(e, e));
    } catch (IOException e) {
      throw new IllegalStateException("A text can be read", e);
    }
    return Optional.empty();
  }

  private Optional<YamlNode> document() throws IOException {
    if (parser.nextToken() == null) {
      return Optional.empty();
    }
    YamlNode root = node(1);
    if (!gaveUp && parser.nextToken() != null) {
      problems.add(here(), "", "a second document begins here (a spec is one)");
    }
    return Optional.of(root);
  }

  private YamlNode node(int depth) throws IOException {
    Location location = here();
    if (parser.isCurrentAlias()) {
      return alias(location);
    }
    String anchor = (String) parser.getObjectId();
    if (parser.getTypeId() != null) {
      problems.add(
          location, "", "a tag has no meaning in a spec: " + shorten("!" + parser.getTypeId()));
    }
    count(location, depth, 1);
    YamlNode node =
        switch (parser.currentToken()) {
          case START_OBJECT -> mapping(location, depth);
          case START_ARRAY -> sequence(location, depth);
          case VALUE_NUMBER_INT -> scalar(location, Scalar.Kind.INTEGER);
          case VALUE_NUMBER_FLOAT -> scalar(location, Scalar.Kind.FRACTION);
          case VALUE_TRUE, VALUE_FALSE -> scalar(location, Scalar.Kind.BOOLEAN);
          case VALUE_NULL -> new Scalar(location, Scalar.Kind.NULL, "");
          default -> scalar(location, Scalar.Kind.TEXT);
        };
    if (anchor != null) {
      anchors.put(anchor, node);
    }
    return node;
  }

  private YamlNode scalar(Location location, Scalar.Kind kind) throws IOException {
    return new Scalar(location, kind, parser.getText());
  }

  private YamlNode alias(Location location) throws IOException {
    YamlNode anchored = anchors.get(parser.getText());
    if (anchored == null) {
      problems.add(location, "", "no anchor &" + shorten(parser.getText()) + " stands before this");
      return new Scalar(location, Scalar.Kind.NULL, "");
    }
    count(location, 0, anchored.size());
    return gaveUp ? new Scalar(location, Scalar.Kind.NULL, "") : anchored.copy();
  }

  private YamlNode mapping(Location location, int depth) throws IOException {
    Mapping mapping = Mapping.empty(location);
    while (!gaveUp && parser.nextToken() == JsonToken.FIELD_NAME) {
      Location at = here();
      String name = parser.currentName();
      parser.nextToken();
      YamlNode value = node(depth + 1);
      Mapping.Entry earlier = mapping.entries().get(name);
      if (earlier != null) {
        problems.add(
            at, "", shorten(name) + " is given twice (first at " + earlier.location() + ")");
      } else {
        mapping.put(at, name, value);
      }
    }
    return mapping;
  }

  private YamlNode sequence(Location location, int depth) throws IOException {
    List<YamlNode> items = new ArrayList<>();
    while (!gaveUp && parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(depth + 1));
    }
    return new Sequence(location, items);
  }

  private void count(Location location, int depth, int added) {
    nodes += added;
    if (gaveUp) {
      return;
    }
    if (depth > MAX_DEPTH) {
      problems.add(location, "", "nested too deeply (at most " + MAX_DEPTH + " levels)");
      gaveUp = true;
    } else if (nodes > MAX_NODES) {
      problems.add(
          location, "", "too many values (at most " + MAX_NODES + ", aliases counted in full)");
      gaveUp = true;
    }
  }

  private Location here() {
    if (fixed != null) {
      return fixed;
    }
    JsonLocation at = parser.currentTokenLocation();
    return Location.at(at.getLineNr(), at.getColumnNr());
  }

  private static Location locationOf(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      Mark mark = marked.getProblemMark();
      return Location.at(mark.getLine() + 1, mark.getColumn() + 1);
    }
    JsonLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? Location.START
        : Location.at(at.getLineNr(), Math.max(1, at.getColumnNr()));
  }

  /** Without the snippet that the library adds: it may hold what must not be shown. */
  private static String explain(Exception e, @Nullable Throwable cause) {
    if (cause instanceof MarkedYAMLException marked && marked.getProblem() != null) {
      return marked.getProblem().contains("\\t")
          ? "a tab can't indent; use spaces"
          : marked.getProblem();
    }
    if (cause instanceof ReaderException reader) {
      return String.format(
          Locale.ROOT, "the character U+%04X is not allowed", reader.getCodePoint());
    }
    return "it can't be read (" + e.getClass().getSimpleName() + ")";
  }

  static String shorten(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= 60 ? line : line.substring(0, 57) + "...";
  }
}
