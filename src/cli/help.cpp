#include "help.hpp"

#include <tartan/config/describe.hpp>
#include <tartan/config/nearest.hpp>
#include <tartan/recipe/recipe.hpp>

#include <array>
#include <vector>

namespace tartan::cli {
namespace {

struct Command {
  char const* name;
  char const* purpose;
  char const* usage;
  char const* flags;
  bool reads_configuration;
};

constexpr std::array commands = {
    Command{"train", "carries out a configuration",
            "mpirun -n 2 --bind-to none tartan train run.ini [--resume | --dry-run [--json]] [--section.key value ...]",
            "  --resume   goes on with an interrupted run; starts an empty one, leaves a finished one alone\n"
            "  --dry-run  opens every file, runs each kind of step, says memory, disk and time; writes nothing\n"
            "  --json     the dry run as one JSON object\n",
            true},
    Command{"evaluate", "metrics of a trained model on labelled data",
            "tartan evaluate --model RUN/best --task NAME --data test.h5 [--json]",
            "  --model DIR  a directory that a run left, such as RUN/best\n"
            "  --task NAME  which of its tasks\n"
            "  --data PATH  a shard or prepared data (then its test split)\n"
            "  --json       one JSON object with all digits\n",
            false},
    Command{"predict", "a trained model's labels and probabilities",
            "tartan predict --model RUN/best --task NAME --data test.h5 --output predictions.jsonl",
            "  --model, --task, --data  as for evaluate; labels are not needed, and kind text will do\n"
            "  --output FILE            one JSON object per example, in the shard's order\n",
            false},
    Command{
        "inspect", "looks at data, models, runs and checkpoints",
        "tartan inspect PATH [--verify] [--json] [--examples N] [--label NAME] [--tokenizer DIR]",
        "PATH is a shard (.h5), prepared data, a model (a Hugging Face directory), a run or one of its checkpoints.\n\n"
        "  --verify         reads everything and checks it: hashes, every example, weights, checkpoints, the log\n"
        "  --json           one JSON object with all facts instead of text\n"
        "  --examples N     of data: shows N examples (3)\n"
        "  --label NAME     of data: shows only examples with this label (\"unlabelled\": without one)\n"
        "  --tokenizer DIR  of data: turns ids into text; else looked for beside the data and below models/\n",
        false},
    Command{"export", "a directory for transformers' pipelines",
            "tartan export --model RUN/best --as sequence-classification --task NAME --output DIR",
            "  --model DIR   a directory that a run left, such as RUN/best\n"
            "  --as KIND     sequence-classification or masked-lm\n"
            "  --task NAME   whose head; sequence-classification only\n"
            "  --output DIR  directory to make\n",
            false},
    Command{"bench", "times the first stage of a configuration",
            "tartan bench run.ini [--steps 20] [--warmup 3] [--json] [--section.key value ...]",
            "  --steps N   timed steps\n"
            "  --warmup N  steps before them\n"
            "  --json      one JSON object\n",
            true},
    Command{"rank", "which auxiliary tasks point where the end task's dev loss falls, without training",
            "tartan rank run.ini [--batches 10] [--json] [--section.key value ...]",
            "  --batches N  independent batches of each task, and as many dev directions\n"
            "  --json       one JSON object with all digits\n",
            true},
    Command{
        "audit", "whether the dev loss moves as the cosines say",
        "tartan audit run.ini | RUN [--steps 50] [--lr X] [--json] [--section.key value ...]",
        "RUN is a run's directory: its last checkpoint is looked at, else its best model; of a configuration, "
        "model.path.\n\n"
        "  --steps N  random steps\n"
        "  --lr X     learning rate of the moves that are tried; without it they are as long as would take 0.1 % of\n"
        "             the dev loss away straight down its gradient\n"
        "  --json     one JSON object with all digits\n",
        true},
    Command{"config", "shows settings",
            "tartan config default | reference | show FILE | diff FILE [OTHER]   [--section.key value ...]",
            "  default    every key with its default and meaning, as a file to begin with\n"
            "  reference  the same as Markdown tables\n"
            "  show       FILE with every key filled in, as a run would resolve it\n"
            "  diff       where FILE differs from the defaults, or from OTHER\n",
            false},
};

Command const* find(std::string const& name) {
  for (auto const& command : commands)
    if (name == command.name) return &command;
  return nullptr;
}

std::string padded(std::string text, std::size_t width) {
  return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

}  // namespace

std::string overview() {
  std::string text = "tartan: trains text encoders for an end task\n\n";
  for (auto const& command : commands) text += "  tartan " + padded(command.name, 10) + command.purpose + "\n";
  return text +
         "\n`tartan COMMAND --help` says more; `tartan train --help` lists every key of the configuration, each of "
         "which\n"
         "is also a flag (--task.tapt.batch 32). `tartan config default` is a configuration to begin with.\n";
}

std::string help_of(std::string const& name) {
  Command const* const command = find(name);
  if (command == nullptr) return "";
  std::string text = std::string(command->usage) + "\n\n" + command->purpose + "\n";
  if (*command->flags != '\0') text += std::string("\n") + command->flags;
  if (command->reads_configuration)
    text += "\nKeys of the configuration, as flags with their defaults:\n\n" +
            recipe::describe_defaults(config::describe_flags);
  return text;
}

std::string unknown_command(std::string const& name) {
  std::vector<std::string> names;
  std::string list;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    names.emplace_back(commands[i].name);
    list += (i == 0 ? "" : i + 1 == commands.size() ? " or " : ", ") + names.back();
  }
  auto const known = config::nearest(name, names);
  return "unknown command \"" + name + "\"" + (known ? " (did you mean " + *known + "?)" : "") + "; use " + list;
}

}  // namespace tartan::cli
