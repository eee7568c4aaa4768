// What an evaluation is asked for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lengthwise/long_input.h"
#include "lengthwise/post_process.h"
#include "lengthwise/query_mean.h"
#include "lengthwise/resampling.h"
#include "lengthwise/run.h"

namespace lengthwise {

class VectorCache;

struct EvaluationOptions {
  ResamplingOptions resampling;
  // Runs beside the base run: every temperature on every side (of a task without queries: on all texts,
  // once).
  std::vector<float> temperatures;
  std::vector<Side> sides = {Side::kBoth};
  // The controlled arm: documents (of a task without queries: texts) cut to each of these lengths in tokens,
  // special tokens included, each a run beside the base run. The same content, but for what is cut; queries
  // stay as they are.
  std::vector<std::size_t> cuts;
  bool static_control = false;
  // Runs with the base run's vectors post-processed, fitted to the task's own unlabelled texts; of a
  // retrieval task each twice, the second time held out: by fits that have seen neither the documents nor the
  // query.
  std::vector<PostProcessSpec> post_processes;
  // Of a retrieval task, every post-processing held out again with the queries centred on each of these.
  std::vector<QueryMean> query_means;
  // Documents (of a task without queries: texts) in windows of each of these lengths in tokens, special
  // tokens included: the mean of the windows' vectors, the first window beside that mean (lead-body) with
  // each of these shares, and of a retrieval task several vectors a document, at most so many (0: one a
  // window), scored by the mean of its best so many, and by the best one and the lead-body together. Each
  // with every post-processing too, fitted to windows and applied to each.
  std::vector<std::size_t> windows;
  std::vector<double> leads = {kDefaultLead};
  std::vector<std::size_t> vectors = {0};
  std::vector<std::size_t> best = {1, 3};
  // Of a retrieval task: cosines scaled for hubs with so many neighbours (Matching), with all queries as
  // the sample and held out.
  std::vector<std::size_t> csls;
  // Of a retrieval task: BM25 beside the vectors, with each of these weights of the vectors' scores, both
  // standardised, and by reciprocal rank fusion; of the base run and of every post-processing and window,
  // each a run.
  std::vector<double> hybrid;
  bool fusion = false;
  bool english_stems = false;  // BM25, wherever it is, reads words by their English stems
  bool combine = false;        // every temperature with every post-processing too, and that with CSLS
  // Of a retrieval task: a query does not find the document of its own id.
  bool ignore_identical_ids = false;
  // Where embeddings are looked up and kept; null: nowhere. The results do not depend on it.
  VectorCache* cache = nullptr;
  std::vector<std::string> command;  // that the document names, program name first
};

}  // namespace lengthwise
