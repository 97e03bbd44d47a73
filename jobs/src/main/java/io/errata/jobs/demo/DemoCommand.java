package io.errata.jobs.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cli.Cancellation;
import io.errata.jobs.cli.Console;
import io.errata.jobs.cli.Style;
import io.errata.jobs.cli.Verb;
import io.errata.jobs.report.DisplayText;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Shows all of it once: makes events and a table that a bug went over, then plans, shows, applies
 * and verifies.
 */
@Command(
    name = "demo",
    header = {"See it work on an embedded database.", ""},
    description = {
      "Makes a day of events and a PostgreSQL table that a bug went over, then plans, shows, applies",
      "and verifies. Leaves the events, the spec, the plan and the database in a folder, to go on with.",
      "With --kafka the events are in a Kafka topic, too, on a broker and a schema registry of its own:",
      "the plan is made from there, and then retention deletes what it needs.",
      "With the JDBC URL of a PostgreSQL in ERRATA_DEMO_JDBC (and ERRATA_DEMO_USER,",
      "ERRATA_DEMO_PASSWORD) it uses that one, in a schema of its own: errata_demo."
    },
    footer = {
      "",
      "Example:",
      "  errata demo",
      "  errata demo --kafka",
      "  errata demo --events 100000 --dir /tmp/small"
    })
public final class DemoCommand extends Verb {
  private static final String JDBC = "ERRATA_DEMO_JDBC";
  private static final String USER = "ERRATA_DEMO_USER";
  private static final String PASSWORD = "ERRATA_DEMO_PASSWORD";
  private static final long SERVED_NANOS = 200_000_000;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many events to make (usually 1000000).")
  private int events;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "errata-demo",
      description =
          "The folder to make (usually errata-demo). One of an earlier demo is made anew.")
  private Path folder = Path.of("errata-demo");

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "20240610",
      description = "What the events are drawn from: the same seed makes the same events.")
  private long seed;

  @Option(
      names = "--kafka",
      description = "Read the events from Kafka: starts a broker and a schema registry for it.")
  private boolean kafka;

  @Option(
      names = "--serve",
      description =
          "With --kafka, keep broker and registry at the end, until Ctrl-C: for commands that you type elsewhere.")
  private boolean serve;

  @Override
  protected int run(Console console, ObjectNode document) {
    if (serve && !kafka) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use --serve without --kafka: there is no broker to keep",
          "Add --kafka.");
    }
    if (events < DemoOptions.FEWEST || events > DemoOptions.MOST) {
      throw new ErrataException(
          ErrorCode.USAGE,
          String.format(
              Locale.ROOT,
              "Cannot make %d events (--events is %,d to %,d)",
              events,
              DemoOptions.FEWEST,
              DemoOptions.MOST),
          "Use a number in between.");
    }
    DemoOptions options = new DemoOptions(events, seed);
    DemoFolder files = DemoFolder.renew(resolve(folder));
    // While this stands, Ctrl-C waits until the servers are stopped.
    try (Cancellation.Registration busy = console.cancellation().onCancel(() -> {});
        DemoBroker broker = kafka ? startBroker(console) : null) {
      DemoEvents.Made made = makeEvents(console, options, files, broker);
      console.cancellation().check();
      int status = withDatabase(console, document, files, made, broker);
      if (status == DONE && serve && broker != null) {
        serve(console, broker);
      }
      return status;
    }
  }

  private int withDatabase(
      Console console,
      ObjectNode document,
      DemoFolder files,
      DemoEvents.Made made,
      @Nullable DemoBroker broker) {
    if (System.getenv(JDBC) != null) {
      return onGivenDatabase(console, document, files, made, broker);
    }
    step(console, "Database", "a PostgreSQL of its own, in " + shorten(files.database()));
    try (EmbeddedDatabase database = EmbeddedDatabase.create(files.database())) {
      DemoTable.Filled filled =
          fill(
              console,
              database.url(),
              database.user(),
              database.password().reveal(),
              DemoTable.Place.PUBLIC,
              made);
      return go(
          console,
          document,
          files,
          new Connections("{ url: \"embedded:pg\" }", DemoTable.Place.PUBLIC.table(), broker),
          filled);
    }
  }

  /**
   * What the specs connect to.
   *
   * @param jdbc the fields of {@code table.jdbc}, in YAML's flow style
   * @param table its name
   */
  private record Connections(String jdbc, String table, @Nullable DemoBroker broker) {
    DemoSpec.Source source() {
      return broker == null ? new DemoSpec.Source.Archive() : topic(broker);
    }

    static DemoSpec.Source.Topic topic(DemoBroker broker) {
      return new DemoSpec.Source.Topic(broker.brokers(), broker.registry());
    }
  }

  private static DemoBroker startBroker(Console console) {
    step(console, "Kafka", "a broker and a schema registry of its own");
    DemoBroker broker = DemoBroker.start();
    say(console, "Broker " + broker.brokers() + ", registry " + broker.registry());
    return broker;
  }

  private static void serve(Console console, DemoBroker broker) {
    console.say("");
    console.say(
        "Broker "
            + broker.brokers()
            + " and registry "
            + broker.registry()
            + " go on until Ctrl-C. Type the commands in another terminal.");
    while (!console.cancellation().cancelled()) {
      LockSupport.parkNanos(SERVED_NANOS);
    }
  }

  private int onGivenDatabase(
      Console console,
      ObjectNode document,
      DemoFolder files,
      DemoEvents.Made made,
      @Nullable DemoBroker broker) {
    DemoTable.Place place = DemoTable.Place.OWN_SCHEMA;
    step(console, "Database", "the one of " + JDBC + ", schema errata_demo");
    String url = System.getenv(JDBC);
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use the database of " + JDBC + ": it is no JDBC URL of a PostgreSQL",
          "Give one such as jdbc:postgresql://localhost/demo.");
    }
    DemoTable.Filled filled =
        fill(console, url, System.getenv(USER), System.getenv(PASSWORD), place, made);
    StringBuilder jdbc = new StringBuilder("{ url: \"${env:" + JDBC + "}\"");
    if (System.getenv(USER) != null) {
      jdbc.append(", user: \"${env:" + USER + "}\"");
    }
    if (System.getenv(PASSWORD) != null) {
      jdbc.append(", password: \"${env:" + PASSWORD + "}\"");
    }
    return go(
        console, document, files, new Connections(jdbc + " }", place.table(), broker), filled);
  }

  private DemoEvents.Made makeEvents(
      Console console, DemoOptions options, DemoFolder files, @Nullable DemoBroker broker) {
    step(
        console,
        "Events",
        "one day, 2024-06-10, of a payment service with "
            + DisplayText.count(options.users())
            + " users, in "
            + shorten(files.events())
            + (broker == null ? "" : " and in the topic " + DemoTopic.NAME));
    DemoArchive archive = new DemoArchive(options, files.events());
    try (DemoArchive first = archive;
        DemoTopic topic = broker == null ? null : broker.topic(options)) {
      List<DemoSink> sinks = topic == null ? List.of(first) : List.of(first, topic);
      DemoEvents.Made made = DemoEvents.make(options, sinks, console.cancellation()::check);
      say(
          console,
          DisplayText.count(options.events())
              + " events in "
              + DisplayText.count(archive.files())
              + " Parquet files: payments, refunds and logins. "
              + DisplayText.count(made.duplicates())
              + " were delivered");
      say(console, "twice, and some arrived late, so that they lie in the next hour's folder.");
      if (topic != null) {
        say(
            console,
            "The topic has the same, in "
                + DemoTopic.PARTITIONS
                + " partitions, as Avro with its schema in the registry.");
      }
      return made;
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot write the events to " + files.events() + ": " + e.getMessage(),
          "Make room, or name another folder with --dir.",
          e);
    }
  }

  private static DemoTable.Filled fill(
      Console console,
      String url,
      @Nullable String user,
      @Nullable String password,
      DemoTable.Place place,
      DemoEvents.Made made) {
    Properties properties = new Properties();
    if (user != null) {
      properties.setProperty("user", user);
    }
    if (password != null) {
      properties.setProperty("password", password);
    }
    try (Connection connection = new Driver().connect(url, properties);
        Cancellation.Registration abort =
            console.cancellation().onCancel(() -> abort(connection))) {
      DemoTable.Filled filled = DemoTable.make(connection, place, made.totals());
      say(
          console,
          place.table()
              + " has "
              + DisplayText.count(filled.rows())
              + " rows for that day: what a service with a bug has stored.");
      say(
          console,
          "From 12:00 to 12:30 it added refunds instead of subtracting them: "
              + DisplayText.count(made.refundsInBug())
              + " refunds, so that");
      say(
          console,
          DisplayText.count(filled.wrong())
              + " totals are wrong. It also lost "
              + DisplayText.count(filled.missing(), "row")
              + ", and left "
              + DisplayText.count(filled.extra(), "row")
              + " of a test behind.");
      return filled;
    } catch (SQLException e) {
      console.cancellation().check();
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot connect to the demo's database: " + e.getMessage(),
          "Try again, or correct " + JDBC + ", " + USER + " and " + PASSWORD + ".",
          e);
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot give up a connection", e);
    }
  }

  private int go(
      Console console,
      ObjectNode document,
      DemoFolder files,
      Connections connections,
      DemoTable.Filled filled) {
    DemoBroker broker = connections.broker();
    write(files.spec(), connections.source(), connections);
    if (broker != null) {
      write(files.both(), new DemoSpec.Source.Both(Connections.topic(broker)), connections);
    }
    String spec = shorten(files.spec());
    document
        .putObject("made")
        .put("wrong", filled.wrong())
        .put("missing", filled.missing())
        .put("extra", filled.extra());
    step(console, "Plan", "what the day should be, from its events, against what is stored");
    say(console, "Nothing is changed yet. As if you had typed:  errata plan " + spec);
    console.say("");
    int status = runVerb(document, "plan", List.of(files.spec().toString()));
    if (status != DONE) {
      return status;
    }
    Path planned = plan(files);
    String plan = shorten(planned);
    step(console, "Show", "the largest corrections:  errata show " + plan);
    console.say("");
    status = runVerb(document, "show", List.of(planned.toString(), "--limit", "5"));
    if (status != DONE) {
      return status;
    }
    step(console, "Apply", "in one transaction, each row only if it is still as the plan saw it");
    say(console, "errata apply " + plan);
    console.say("");
    status = runVerb(document, "apply", List.of(planned.toString()));
    if (status != DONE) {
      return status;
    }
    step(console, "Verify", "plan again: nothing may differ now.  errata verify " + spec);
    console.say("");
    status = runVerb(document, "verify", List.of(files.spec().toString()));
    if (status != DONE) {
      return status;
    }
    if (broker != null) {
      status = showRetention(console, document, files, broker);
      if (status != DONE) {
        return status;
      }
    }
    console.say("");
    console.say(console.styled(Style.BOLD, "What you can type next"));
    if (broker != null && !serve) {
      say(console, "The broker ends with the demo; with --serve it stays until Ctrl-C.");
      next(console, "errata show " + plan + " --html", "the report in a browser");
      next(console, "errata rollback " + plan, "every row as it was, byte for byte");
      return DONE;
    }
    next(console, "errata show " + plan + " --html", "the report in a browser");
    next(console, "errata rollback " + plan, "every row as it was, byte for byte");
    next(console, "errata plan " + spec, "finds the same again after a rollback, nothing before");
    next(console, "errata history " + spec, "who has written what, and when");
    next(console, "errata check " + spec, "the spec, its connections and its worker");
    return DONE;
  }

  private static void write(Path file, DemoSpec.Source source, Connections connections) {
    try {
      Files.writeString(
          file,
          DemoSpec.text(
              String.valueOf(file.getFileName()), source, connections.jdbc(), connections.table()));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot write " + file + ": " + e.getMessage(),
          "Name another folder with --dir.",
          e);
    }
  }

  /** What a plan says of a topic that has lost a part of the window, and what helps. */
  private int showRetention(
      Console console, ObjectNode document, DemoFolder files, DemoBroker broker) {
    String spec = shorten(files.spec());
    step(console, "Retention", "the broker deletes the head of its largest partition");
    DemoBroker.Deleted deleted = broker.shorten(console.cancellation()::check);
    say(
        console,
        deleted.partition()
            + " begins at offset "
            + deleted.start()
            + " now. A job that read what is left would find events missing, and");
    say(console, "\"correct\" good rows into bad ones. As if you had typed:  errata plan " + spec);
    console.say("");
    int status = runVerb(document, "shortened", "plan", List.of(files.spec().toString()));
    if (status != LIMIT) {
      throw new IllegalStateException("A plan of part of a window ended with " + status);
    }
    say(console, "Exit status 4: nothing was planned, nothing was written.");
    step(console, "Archive", "it still has those hours: with both, the window is whole again");
    say(console, "errata verify " + shorten(files.both()));
    console.say("");
    return runVerb(document, "together", "verify", List.of(files.both().toString()));
  }

  private static Path plan(DemoFolder files) {
    List<String> ids = PlanDirectory.find(LocalPlanStorage.of(files.plans()));
    if (ids.size() != 1) {
      throw new IllegalStateException("A new demo has one plan, not " + ids);
    }
    return files.plans().resolve(ids.get(0));
  }

  private static void step(Console console, String name, String what) {
    console.cancellation().check();
    console.say("");
    console.say(console.styled(Style.BOLD, name) + ": " + what);
  }

  private static void say(Console console, String line) {
    console.say("  " + line);
  }

  private static void next(Console console, String command, String why) {
    console.say("  " + command);
    console.say("      " + console.styled(Style.FAINT, why));
  }
}
