package dev.aether.server.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** Builds and runs the command line. */
public final class CommandLines {
  /** The name of the program in messages and help. */
  static final String NAME = "aether";

  /** The launcher scripts set it to the name by which they were called. */
  static final String PROGRAM_VARIABLE = "AETHER_PROGRAM";

  /** Prints a script with the options of all commands. */
  private static final String COMPLETION = "generate-completion";

  private CommandLines() {}

  /** Runs a command and returns the exit code of this process. */
  public static int run(String... args) {
    return execute(ProcessTerminal.open(), System.getenv(), args);
  }

  static int execute(Terminal terminal, Map<String, String> environment, String... args) {
    Optional<String> fault = new LocaleCheck(environment).fault(args);
    if (fault.isPresent()) {
      terminal.err().println("aether: " + fault.get());
      return ExitCode.USAGE;
    }
    String program = environment.getOrDefault(PROGRAM_VARIABLE, NAME);
    Map<String, Supplier<Object>> commands = commands(terminal, program);
    if (args.length > 0 && commands.containsKey(args[0]) && !args[0].equals(COMPLETION)) {
      // picocli takes some milliseconds for each command, together a third of a short run.
      commands.keySet().retainAll(Set.of(args[0]));
    }
    return create(terminal, environment, program, commands, List.of(args)).execute(args);
  }

  /** Builds the command line with all commands, for some arguments. */
  static CommandLine create(Terminal terminal, Map<String, String> environment, String... args) {
    String program = environment.getOrDefault(PROGRAM_VARIABLE, NAME);
    return create(terminal, environment, program, commands(terminal, program), List.of(args));
  }

  /** The commands by their names, in the order of the help. */
  private static Map<String, Supplier<Object>> commands(Terminal terminal, String program) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("serve", () -> new ServeCommand(terminal));
    commands.put("save", () -> new SaveCommand(terminal));
    commands.put("events", () -> new EventsCommand(terminal));
    commands.put("latest", () -> new LatestCommand(terminal));
    commands.put("actors", () -> new ActorsCommand(terminal));
    commands.put("snapshot", () -> SnapshotCommand.create(terminal));
    commands.put("namespaces", () -> NamespacesCommand.create(terminal));
    commands.put("subscribe", () -> new SubscribeCommand(terminal));
    commands.put("import", () -> new ImportCommand(terminal));
    commands.put("export", () -> new ExportCommand(terminal));
    commands.put("backup", () -> new BackupCommand(terminal));
    commands.put("restore", () -> new RestoreCommand(terminal));
    commands.put("bench", () -> new BenchCommand(terminal));
    commands.put("demo", () -> new DemoCommand(terminal, program));
    commands.put("token", () -> TokenCommand.create(terminal));
    commands.put("health", () -> new HealthCommand(terminal));
    commands.put("top", () -> new TopCommand(terminal));
    commands.put("doctor", () -> new DoctorCommand(terminal));
    commands.put("version", () -> new VersionCommand(terminal));
    commands.put(COMPLETION, GenerateCompletion::new);
    return commands;
  }

  private static CommandLine create(
      Terminal terminal,
      Map<String, String> environment,
      String program,
      Map<String, Supplier<Object>> commands,
      List<String> args) {
    EnvironmentDefaults defaults =
        new EnvironmentDefaults(
            environment, new Profile(environment, args), new ConfigFile(environment, args));
    CommandLine root = new CommandLine(new AetherCommand());
    commands.forEach((name, command) -> root.addSubcommand(name, command.get()));
    VersionCommand version = new VersionCommand(terminal);
    root.getCommandSpec().versionProvider(version);
    root.getCommandSpec().usageMessage().footer(AetherCommand.footer(program));
    Failures failures = new Failures(terminal.err(), program);
    root.setExpandAtFiles(false) // --data @FILE is ours.
        .setAbbreviatedOptionsAllowed(false)
        .setDefaultValueProvider(defaults)
        .setExecutionStrategy(parsed -> run(parsed, defaults))
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    finish(root);
    return root;
  }

  /** Help is also shown to users whose files cannot be used. */
  private static int run(ParseResult parsed, EnvironmentDefaults defaults) {
    @Nullable Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    if (defaults.fault().isPresent()) {
      List<CommandLine> commands = parsed.asCommandLineList();
      throw new ParameterException(commands.get(commands.size() - 1), defaults.fault().get());
    }
    return new RunLast().execute(parsed);
  }

  private static void finish(CommandLine command) {
    command.getSubcommands().values().forEach(CommandLines::finish);
    boolean ours = !(command.getCommand() instanceof GenerateCompletion);
    if (ours) {
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Show this help.")
                  .build());
      command
          .getHelpSectionMap()
          .put(
              UsageMessageSpec.SECTION_KEY_FOOTER,
              help -> help.footer() + EnvironmentDefaults.help(help.commandSpec()));
    }
  }
}
