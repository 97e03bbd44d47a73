package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The verbs, and what is said of a command line that is none. */
final class Cli {
  private static final int WIDTH = 100;

  private final Session session;

  Cli(Session session) {
    this.session = session;
  }

  /** Runs one command line to its exit status. */
  int run(String... args) {
    CommandLine root = verbs();
    root.setOut(new PrintWriter(session.out(), true, ErrorStream.charset()));
    root.setErr(new PrintWriter(session.errors().print(), true, ErrorStream.charset()));
    root.setUsageHelpWidth(WIDTH);
    root.setUsageHelpLongOptionsMaxWidth(30);
    root.setColorScheme(
        Help.defaultColorScheme(
            session.terminal().out() && session.terminal().colour()
                ? Help.Ansi.ON
                : Help.Ansi.OFF));
    for (CommandLine verb : root.getSubcommands().values()) {
      verb.getCommandSpec()
          .usageMessage()
          .abbreviateSynopsis(true)
          .sortOptions(false)
          .parameterListHeading("%n")
          .optionListHeading("%n");
    }
    root.setParameterExceptionHandler((e, a) -> wrongUsage(e, a));
    root.setExecutionStrategy(this::execute);
    return root.execute(args);
  }

  /** The verbs and options that there are. */
  CommandLine verbs() {
    CommandLine root = new CommandLine(new ErrataCommand());
    for (Verb verb :
        List.of(
            new DemoCommand(),
            new CheckCommand(),
            new PlanCommand(),
            new StatusCommand(),
            new CancelCommand(),
            new PauseCommand(),
            new ResumeCommand(),
            new ShowCommand(),
            new ApplyCommand(),
            new RollbackCommand(),
            new RunCommand(),
            new VerifyCommand(),
            new RetryCommand(),
            new HistoryCommand())) {
      verb.enter(session);
      root.addSubcommand(verb);
    }
    return root;
  }

  private int execute(CommandLine.ParseResult parsed) {
    if (!parsed.hasSubcommand()
        && !parsed.isUsageHelpRequested()
        && !parsed.isVersionHelpRequested()) {
      parsed.commandSpec().commandLine().usage(session.out());
      session.out().flush();
      return 0;
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private int wrongUsage(ParameterException wrong, String[] args) {
    ErrataException error = describe(wrong);
    boolean json = Arrays.asList(args).contains("--json");
    Console console = session.console(json, false);
    console.begin();
    Failure failure = Failure.of(error, session.cancellation());
    failure.tell(console, false);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.set("error", failure.document());
    console.end(document, failure.exitStatus());
    return failure.exitStatus();
  }

  private static ErrataException describe(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    boolean root = command.getParent() == null;
    String name = root ? "errata" : "errata " + command.getCommandName();
    String help = name + " --help shows what there is.";
    if (wrong instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().get(0);
      boolean option = word.startsWith("-");
      Collection<String> there =
          option ? options(command) : root ? command.getSubcommands().keySet() : List.of();
      String flag = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
      Optional<String> nearest = Nearest.find(option ? flag : word, there);
      String what =
          option ? "Cannot use option: " : root ? "Cannot find verb: " : "Cannot use argument: ";
      if (root && option && verbOptions(command).contains(flag)) {
        return usage(
            what + flag + " (before the verb)",
            "Give it behind the verb: errata VERB spec.yaml " + flag + ".");
      }
      return usage(
          what
              + (option ? flag : word)
              + " ("
              + name
              + " has no such "
              + (option ? "option" : root ? "verb" : "argument")
              + ")",
          nearest.map(n -> "Did you mean " + n + "? ").orElse("") + help);
    }
    if (wrong instanceof MissingParameterException missing) {
      List<String> names = new ArrayList<>();
      for (ArgSpec arg : missing.getMissing()) {
        names.add(arg instanceof OptionSpec o ? o.longestName() : arg.paramLabel());
      }
      return usage(
          "Cannot run "
              + name
              + ": "
              + String.join(", ", names)
              + (names.size() == 1 ? " is" : " are")
              + " missing",
          help);
    }
    return usage("Cannot read the command line: " + wrong.getMessage(), help);
  }

  private static List<String> options(CommandLine command) {
    List<String> names = new ArrayList<>();
    command.getCommandSpec().options().forEach(option -> names.addAll(List.of(option.names())));
    return names;
  }

  private static List<String> verbOptions(CommandLine root) {
    List<String> names = new ArrayList<>();
    root.getSubcommands().values().forEach(verb -> names.addAll(options(verb)));
    return names;
  }

  private static ErrataException usage(String message, String next) {
    return new ErrataException(ErrorCode.USAGE, message, next);
  }
}
