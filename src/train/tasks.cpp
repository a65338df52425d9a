#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/data/labels.hpp>
#include <tartan/train/heads.hpp>
#include <tartan/train/tasks.hpp>

#include <cmath>

namespace tartan::train {
namespace {

//! Of the values of all training examples, whatever part of them is used. Without spread they are learned as they are.
task::Scale scale_of(data::Dataset const& train) {
  if (data::label_layout(train.info()).use != data::LabelUse::value) return {};
  double sum = 0, squares = 0, count = 0;
  for (std::uint64_t e = 0; e < train.size(); ++e) {
    double const value = train.labels(e)[0];
    if (std::isnan(value)) continue;
    count += 1;
    double const before = value - (count > 1 ? sum / (count - 1) : value);
    sum += value;
    squares += before * (value - sum / count);  // Welford
  }
  double const deviation = count > 1 ? std::sqrt(squares / count) : 0;
  return {count > 0 ? sum / count : 0, deviation > 0 ? deviation : 1};
}

task::ObjectiveOptions objective_options(TaskOptions const& o, TrainOptions const& common, data::Dataset const& train,
                                         task::Scale scale) {
  task::ObjectiveOptions result;
  result.loss_scale = common.loss_scale;
  result.r3f = common.r3f;
  result.kind = o.objective;
  result.outputs = static_cast<std::int64_t>(train.info().label_names.size());
  result.label_names = train.info().label_names;
  result.scale = scale;
  result.head_dropout = o.head_dropout;
  result.mask_rate = o.mask_rate;
  return result;
}

void check_kind(Task const& t, data::Dataset const& d) {
  std::string const& kind = d.info().kind;
  std::string const& needed = task::traits(t.options.objective).data;
  if (kind != needed && needed != "text")
    fail_data(d.files().front().string() + " holds kind \"" + kind + "\", but task " + t.name() + " needs \"" + needed +
              "\"; prepare it with jobs/prepare.py " + needed);
}

//! By offsets alone.
void check_sequences(Task const& t) {
  std::int64_t const expected = t.objective->sequences();
  if (expected == 0) return;
  for (std::uint64_t e = 0; e < t.train.size(); ++e)
    if (auto const found = t.train.sequence_lengths(e).size(); found != static_cast<std::size_t>(expected))
      fail_data(t.train.describe_row(e) + " is an example of " + std::to_string(found) +
                (found == 1 ? " text, but task " : " texts, but task ") + t.name() + " (objective " +
                task::objective_name(t.options.objective) + ") needs " + std::to_string(expected) +
                "; prepare records of \"texts\" that hold as many with jobs/prepare.py " +
                task::traits(t.options.objective).data);
}

bool is_unlabelled(data::Dataset const& d, std::uint64_t example) {
  return data::is_unlabelled(d.info(), d.labels(example));
}

//! Evaluation needs every label, training at least one.
void check_labels(Task const& t) {
  if (t.dev) check_labelled(*t.dev, "evaluation on dev");
  for (std::uint64_t e = 0; e < t.train.size(); ++e)
    if (!is_unlabelled(t.train, e)) return;
  fail_data(t.train.files().front().string() + " has no label at all; prepare the data of task " + t.name() + " again");
}

Task open_task(TaskOptions const& o, TrainOptions const& common) {
  Task task{o, nullptr, data::Dataset::open(o.data, "train"), std::nullopt, ""};
  task.scale = scale_of(task.train);
  task.objective = task::make_objective(objective_options(o, common, task.train, task.scale));
  check_kind(task, task.train);
  check_sequences(task);
  bool const labelled = task::has_labels(o.objective);
  if (o.role == Role::end || (o.role == Role::member && labelled)) {
    task.dev = data::Dataset::open(o.data, "dev");
    check_kind(task, *task.dev);
    if (task.dev->info().label_names != task.train.info().label_names)
      fail_data(task.dev->files().front().string() +
                " has other label names than the training split; prepare both in one call of jobs/prepare.py");
  }
  if (labelled) check_labels(task);
  task.head = head_of(o);
  return task;
}

}  // namespace

void check_fits_model(data::Dataset const& d, model::HfConfig const& config, std::filesystem::path const& model_path) {
  std::string const file = d.files().front().string();
  std::string const sha = model::tokenizer_sha256(model_path);
  if (!sha.empty() && sha != d.info().tokenizer_sha256)
    fail_data(file + " was prepared with another tokenizer than that of " + model_path.string() +
              "; prepare it again with --tokenizer " + model_path.string());
  if (d.info().vocab_size > config.vocab_size)
    fail_data(file + " has a vocabulary of " + std::to_string(d.info().vocab_size) + ", but " + model_path.string() +
              " holds " + std::to_string(config.vocab_size) + "; prepare it again with --tokenizer " +
              model_path.string());
  if (d.info().max_length > config.max_sequence_length())
    fail_data(file + " has sequences of up to " + std::to_string(d.info().max_length) + " tokens, but " +
              model_path.string() + " holds " + std::to_string(config.max_sequence_length()) +
              "; prepare it again with --max-length " + std::to_string(config.max_sequence_length()));
}

std::vector<Task> open_tasks(std::vector<TaskOptions> const& options, TrainOptions const& common,
                             model::HfConfig const& config, std::filesystem::path const& model_path) {
  if (model::tokenizer_sha256(model_path).empty())
    warn(model_path.string() +
         " has no tokenizer.json: whether the data were prepared with its tokenizer is not checked");
  std::vector<Task> tasks;
  for (auto const& o : options) {
    tasks.push_back(open_task(o, common));
    data::check_same_tokenizer(tasks.front().train.info(), tasks.front().train.files().front(),
                               tasks.back().train.info(), tasks.back().train.files().front());
    check_fits_model(tasks.back().train, config, model_path);
    if (tasks.back().dev) check_fits_model(*tasks.back().dev, config, model_path);
  }
  check_shared_heads(tasks);
  return tasks;
}

void check_labelled(data::Dataset const& d, std::string const& user) {
  data::LabelUse const use = data::label_layout(d.info()).use;
  bool const some_will_do = use == data::LabelUse::columns || use == data::LabelUse::words;
  std::uint64_t unlabelled = 0;
  for (std::uint64_t e = 0; e < d.size(); ++e) {
    if (!is_unlabelled(d, e)) continue;
    if (!some_will_do)
      fail_data(d.describe_row(e) + " has no label, which " + user + " needs; give it one or leave it out");
    ++unlabelled;
  }
  if (unlabelled == d.size())
    fail_data(d.files().front().string() + " has no label at all, which " + user + " needs; prepare it with labels");
}

Task const* end_task(std::vector<Task> const& tasks) {
  for (auto const& t : tasks)
    if (t.options.role == Role::end) return &t;
  return nullptr;
}

}  // namespace tartan::train
